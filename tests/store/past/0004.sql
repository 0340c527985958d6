PRAGMA application_id=1349481332;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE assets (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	sign_in VARCHAR NOT NULL, 
	host VARCHAR NOT NULL, 
	port INTEGER NOT NULL, 
	security VARCHAR NOT NULL, 
	username VARCHAR NOT NULL, 
	login_id VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	ca_pem VARCHAR NOT NULL, 
	cleartext_agreed BOOLEAN NOT NULL, 
	name_key VARCHAR NOT NULL, 
	address_key VARCHAR NOT NULL, 
	forwarding_address VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	created_at VARCHAR NOT NULL, 
	updated_at VARCHAR NOT NULL
, oauth_client_id INTEGER REFERENCES oauth_clients (id), ask_consent BOOLEAN NOT NULL DEFAULT 0, pci_check BOOLEAN NOT NULL DEFAULT 0, keep_days INTEGER, keep_megabytes INTEGER);
INSERT INTO "assets" VALUES(1,'Ärger & Söhne','Ärger.&.Söhne@example.com','custom','password','smtp.example.com',587,'starttls','','','','','',0,'ärger & söhne','ärger.&.söhne@example.com','arger-sohne.pe5ksamj3ufcsfqzyzrt@in.example.com',1,'2026-11-25T10:08:13.234+00:00','2026-11-25T10:08:13.234+00:00',NULL,0,0,NULL,NULL);
INSERT INTO "assets" VALUES(2,'Help desk','Help.desk@example.com','custom','oauth','smtp.example.com',587,'none','','','','O''Hara''s; it''s','',1,'help desk','help.desk@example.com','',1,'2026-11-25T10:08:13.330+00:00','2026-11-25T10:08:13.330+00:00',1,1,0,NULL,NULL);
CREATE TABLE audit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	client VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	asset_id INTEGER, 
	asset_name VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL
);
INSERT INTO "audit" VALUES(1,'2026-11-25T10:08:13.218+00:00','operator','192.0.2.7','vault created',NULL,'','');
INSERT INTO "audit" VALUES(2,'2026-11-25T10:08:13.264+00:00','operator','192.0.2.7','asset created',1,'Ärger & Söhne','Ärger.&.Söhne@example.com');
INSERT INTO "audit" VALUES(3,'2026-11-25T10:08:13.303+00:00','operator','192.0.2.7','OAuth client created',NULL,'','Ärger app');
INSERT INTO "audit" VALUES(4,'2026-11-25T10:08:13.332+00:00','operator','192.0.2.7','asset created',2,'Help desk','Help.desk@example.com');
CREATE TABLE authorizations (
	state_hash VARCHAR NOT NULL, 
	asset_id INTEGER NOT NULL, 
	client_id INTEGER NOT NULL, 
	began_at VARCHAR(29) NOT NULL, 
	ends_at VARCHAR(29) NOT NULL, 
	used_at VARCHAR(29), 
	PRIMARY KEY (state_hash), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "authorizations" VALUES('4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e',2,1,'2026-03-02T12:00:00.000+00:00','2026-03-02T13:00:00.000+00:00',NULL);
CREATE TABLE checks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	asset_id INTEGER NOT NULL, 
	asset_name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	started_at VARCHAR NOT NULL, 
	ms FLOAT NOT NULL, 
	outcome VARCHAR NOT NULL, 
	failed_step VARCHAR, 
	diagnosis VARCHAR, 
	steps VARCHAR NOT NULL, 
	transcript VARCHAR NOT NULL, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "checks" VALUES(1,1,'Ärger & Söhne','connection','2026-03-02T12:00:00.000+00:00',12.5,'passed',NULL,NULL,'[]','S: 220 ready');
INSERT INTO "checks" VALUES(2,1,'Ärger & Söhne','connection','2026-03-02T12:00:00.000+00:00',12.5,'failed','sign-in','gmail_bad_login','[{"name": "sign-in", "outcome": "failed", "ms": 3.25, "words": "535 5.7.8 no", "facts": [["mechanism", "PLAIN"]], "diagnosis": "gmail_bad_login"}]','S: 220 ready');
CREATE TABLE confirmations (
	message_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	arrived_at VARCHAR(29) NOT NULL, 
	link VARCHAR NOT NULL, 
	cancel_link VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	requester VARCHAR NOT NULL, 
	matches BOOLEAN NOT NULL, 
	dkim VARCHAR NOT NULL, 
	dkim_at VARCHAR(29), 
	done_at VARCHAR(29), 
	done_by VARCHAR NOT NULL, 
	PRIMARY KEY (message_id), 
	FOREIGN KEY(message_id) REFERENCES inbound_messages (id) ON DELETE CASCADE, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "confirmations" VALUES(2,1,'2026-03-02T12:02:00.000+00:00','https://mail-settings.example.com/mail/vf-1','https://mail-settings.example.com/mail/uf-1','99427480','help.desk@example.com',1,'unverified',NULL,NULL,'');
CREATE TABLE deadlines (
	subject VARCHAR NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	reason VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	PRIMARY KEY (subject)
);
INSERT INTO "deadlines" VALUES('asset:2','2026-03-02T13:00:00.000+00:00','It is refused.','admin');
INSERT INTO "deadlines" VALUES('oauth_client:1','2026-04-01T12:00:00.000+00:00','The client secret ends.','admin');
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	outbox_id INTEGER NOT NULL, 
	webhook_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at VARCHAR NOT NULL, 
	claimed_by VARCHAR NOT NULL, 
	done_at VARCHAR(29), 
	status INTEGER, 
	words VARCHAR NOT NULL, 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id) ON DELETE CASCADE, 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE TABLE delivery_attempts (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	delivery_id INTEGER NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	ms FLOAT NOT NULL, 
	status INTEGER, 
	words VARCHAR NOT NULL, 
	answer VARCHAR NOT NULL, 
	FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);
CREATE TABLE dkim_selectors (
	asset_id INTEGER NOT NULL, 
	domain VARCHAR NOT NULL, 
	selector VARCHAR NOT NULL, 
	seen INTEGER NOT NULL, 
	last_seen VARCHAR(29) NOT NULL, 
	PRIMARY KEY (asset_id, domain, selector), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
CREATE TABLE event_marks (
	"key" VARCHAR NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE grant_events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	asset_id INTEGER NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	kind VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	ms FLOAT NOT NULL, 
	answer VARCHAR NOT NULL, 
	"references" VARCHAR NOT NULL, 
	diagnosis VARCHAR, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "grant_events" VALUES(1,2,'2026-03-02T12:00:00.000+00:00','refresh','kept',12.5,'','',NULL);
INSERT INTO "grant_events" VALUES(2,2,'2026-03-02T12:00:00.000+00:00','refresh','kept',12.5,'','',NULL);
INSERT INTO "grant_events" VALUES(3,2,'2026-03-02T12:00:00.000+00:00','refresh','retrying',12.5,'','',NULL);
CREATE TABLE grants (
	asset_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	validity INTEGER, 
	obtained_at VARCHAR(29), 
	expires_at VARCHAR(29), 
	consent_at VARCHAR(29), 
	refresh_expires_at VARCHAR(29), 
	next_refresh_at VARCHAR(29), 
	claimed_until VARCHAR(29), 
	has_refresh BOOLEAN NOT NULL, 
	access_length INTEGER NOT NULL, 
	refresh_length INTEGER NOT NULL, 
	failures INTEGER NOT NULL, 
	rotation INTEGER NOT NULL, 
	last_words VARCHAR NOT NULL, 
	last_diagnosis VARCHAR, 
	claimed_by VARCHAR NOT NULL, refresh_at VARCHAR(29), made_by INTEGER, made_as VARCHAR NOT NULL DEFAULT '', 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "grants" VALUES(2,'retrying','https://mail.example.com/ offline_access',3600,'2026-03-02T12:00:00.000+00:00','2026-03-02T13:00:00.000+00:00','2026-03-02T12:00:00.000+00:00',NULL,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:02:00.000+00:00',1,16,17,1,2,'HTTP 503: busy','oauth-busy','other','2026-03-02T12:00:00.000+00:00',1,'00000000-0000-4000-8000-000000000002 00000000-0000-4000-8000-000000000001');
CREATE TABLE inbound_bodies (
	id INTEGER NOT NULL, 
	data_key_id INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES inbound_messages (id) ON DELETE CASCADE
);
INSERT INTO "inbound_bodies" VALUES(1,1,X'018B48DD8BB5C4A4AFC0AFE245DCC0150F9E07AFC717714F1080DB14C58FC56E66C9C1D80BC8A3BA841B734F1FDFFB35FF86CEC4F42D08730BEF26E5E3ED8D7AF2E7CA6C4FA405E7D8F234B43177BE');
INSERT INTO "inbound_bodies" VALUES(2,1,X'014294A23D904D85F4082439917CA4FBE373956C03C57DD828D3BF227E53810F9C1F776A7D6196BC7A7CA5D4FCFEE110E78CC183A96F2E6F31C72B7C16254575A81446B85B9FFAC1B97BF5CDB09E52');
CREATE TABLE inbound_data_keys (
	id INTEGER NOT NULL, 
	log_key_id INTEGER NOT NULL, 
	wrapped BLOB NOT NULL, 
	created_at VARCHAR(29) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "inbound_data_keys" VALUES(1,1,X'6273549DC2D83CE19EB15C36CFAB29719286CC6CAC1A8F4AA5BCB4525974A61931A15DB157FB1D700D1CA41B415334EC05179549D9716C01197961859449C07313BC5E0B18F3C54316D534B291D20A1D','2026-11-25T10:08:13.551+00:00');
PRAGMA writable_schema=ON;
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','inbound_fts','inbound_fts',0,'CREATE VIRTUAL TABLE inbound_fts USING fts5(
            subject, sender, sender_name, recipients, attachments, ideographs, facets,
            content=''inbound_messages'', content_rowid=''id'', prefix=''1 2 3 4'',
            tokenize=''unicode61 remove_diacritics 2'')');
CREATE TABLE 'inbound_fts_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO "inbound_fts_config" VALUES('automerge',8);
INSERT INTO "inbound_fts_config" VALUES('version',4);
CREATE TABLE 'inbound_fts_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO "inbound_fts_data" VALUES(1,X'020408040E020206');
INSERT INTO "inbound_fts_data" VALUES(10,X'000000010101010001010101');
INSERT INTO "inbound_fts_data" VALUES(137438953473,X'00000432023032020203010261310106010602010601060202026E6E010C010102010202010C010102010202020472676572010C010103010203010C0101030102030103636F6D01080103050501080103050501046465736B0106010303010601030301076578616D706C65010E01010401030405010E01010401030405010D6861736174746163686D656E7401060106040203656C70010601030201060103020107696E766F696365020202010D6B636F6E6669726D6174696F6E020601060302086F7264696E617279010601060301066D6361726473010601060501056F6666657201080201040202027267010601010501060101050103706466010601040301067365636F6E64010601030601060103060103E8BBA201060105020403E980810102030103E98081010601050300023132020203010161011601010203010202030106020116010102030102020301060201016301080103050501080103050501016401060103030106010303010165010E01010401030405010E01010401030405010168010C010302010604010601030201016902020201016B0106010603010601060301016D010601060501016F010E0201010501040201060101050101700106010403010173010601030601060103060103E8BBA20108030105020103E98081010601050300033261310106010602010601060202016E010C010102010202010C010102010202020172010C010103010203010C0101030102030102636F010801030505010801030505010264650106010303010601030301026578010E01010401030405010E01010401030405010268610106010604020165010601030201060103020102696E02020201026B63020601060302016F010601060301026D63010601060501026F660108020104020201720106010105010601010501027064010601040301027365010601030601060103060106E8BBA2E98081010203000433616E6E010C010102010202010C01010201020202027267010C010103010203010C0101030102030103636F6D0108010305050108010305050103646573010601030301060103030103657861010E01010401030405010E01010401030405010368617301060106040202656C010601030201060103020103696E7602020201036B636F020601060302026F72010601060301036D6361010601060501036F666601080201040202027267010601010501060101050103706466010601040301037365630106010306010601030600053461726765010C010103010203010C01010301020301046465736B0106010303010601030301046578616D010E01010401030405010E0101040103040501046861736101060106040203656C70010601030201060103020104696E766F02020201046B636F6E020601060302036F7264010601060301046D636172010601060501046F66666501080201040201047365636F0106010306010601030604060E141611101B140F0C140F0D0D0E0A120A080A071D0F0D1510060D0811080D0B0A0F1313100E16090D070908090A0D090E0B1614110F170A0E080A090A0B0E0A0F1710180B0F090B0A0B0C');
CREATE TABLE 'inbound_fts_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO "inbound_fts_docsize" VALUES(1,X'02040207020204');
INSERT INTO "inbound_fts_docsize" VALUES(2,X'02040207000002');
CREATE TABLE 'inbound_fts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO "inbound_fts_idx" VALUES(1,X'',2);
CREATE TABLE inbound_messages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	uid BLOB NOT NULL, 
	asset_id INTEGER NOT NULL, 
	received_at VARCHAR(29) NOT NULL, 
	sent_at VARCHAR(29), 
	size INTEGER NOT NULL, 
	repeats INTEGER NOT NULL, 
	repeat_key INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	attachment_count INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	mail_from VARCHAR NOT NULL, 
	rcpt_to VARCHAR NOT NULL, 
	peer VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	sender VARCHAR NOT NULL, 
	sender_name VARCHAR NOT NULL, 
	recipients VARCHAR NOT NULL, 
	attachments VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	via VARCHAR NOT NULL, 
	forwarded_by VARCHAR NOT NULL, 
	marks VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	ideographs VARCHAR NOT NULL, 
	facets VARCHAR NOT NULL, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "inbound_messages" VALUES(1,X'01A2122D60EF823C576B2CEEDE19CD0E',1,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:00:00.000+00:00',42,1,1945211959,X'73F19437614F28DE64C6FD6D5B098611A3B1668FC02CDC0C7E2E30F700DBD289',1,'smtp','help.desk+caf_=x=in.example.net@example.com','help-desk.abcdefghij@in.example.net','192.0.2.7','<1@example.org>','Offer 転送','ann.ärger@example.org','Ann Ärger','help.desk@example.com, second@example.com','offer.pdf','ordinary','gmail','help.desk@example.com','cards','','転 送','a1 kordinary hasattachment mcards');
INSERT INTO "inbound_messages" VALUES(2,X'01A2122D60EF4C6ADE47D1E669D20A19',1,'2026-03-02T12:02:00.000+00:00','2026-03-02T12:00:00.000+00:00',42,0,568643972,X'21E4D18424B3A494ED103CDF3F1178DEC9610095C4E097F89A79B6FDC221ACF7',0,'smtp','help.desk+caf_=x=in.example.net@example.com','help-desk.abcdefghij@in.example.net','192.0.2.7','<2@example.org>','Invoice 2','ann.ärger@example.org','Ann Ärger','help.desk@example.com, second@example.com','','confirmation','direct','help.desk@example.com','','','','a1 kconfirmation');
CREATE TABLE inbound_spans (
	span INTEGER NOT NULL, 
	earliest VARCHAR(29) NOT NULL, 
	latest VARCHAR(29) NOT NULL, 
	PRIMARY KEY (span)
);
INSERT INTO "inbound_spans" VALUES(0,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:02:00.000+00:00');
CREATE TABLE inbound_states (
	asset_id INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	first_at VARCHAR(29), 
	last_at VARCHAR(29), 
	usual_gap FLOAT NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "inbound_states" VALUES(1,2,84,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:01:00.000+00:00',0.0);
CREATE TABLE inbound_totals (
	id INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "inbound_totals" VALUES(1,2,84);
CREATE TABLE oauth_clients (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	provider VARCHAR NOT NULL, 
	flow VARCHAR NOT NULL, 
	client_type VARCHAR NOT NULL, 
	client_id VARCHAR NOT NULL, 
	tenant VARCHAR NOT NULL, 
	authorization_url VARCHAR NOT NULL, 
	token_url VARCHAR NOT NULL, 
	refresh_url VARCHAR NOT NULL, 
	device_url VARCHAR NOT NULL, 
	revocation_url VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	callback_url VARCHAR NOT NULL, 
	publishing VARCHAR NOT NULL, 
	test_users VARCHAR NOT NULL, 
	name_key VARCHAR NOT NULL, 
	secret_ends DATE, 
	version INTEGER NOT NULL, 
	created_at VARCHAR(29) NOT NULL, 
	updated_at VARCHAR(29) NOT NULL
);
INSERT INTO "oauth_clients" VALUES(1,'Ärger app','gmail','service_account','spa','00000000-0000-4000-8000-000000000001','00000000-0000-4000-8000-000000000002','https://login.example.com/authorize','https://login.example.com/token','https://login.example.com/refresh','https://login.example.com/device','https://login.example.com/revoke','https://mail.example.com/ offline_access','http://127.0.0.1/','testing','one@example.com
two@example.com','ärger app','2027-05-31',1,'2026-11-25T10:08:13.284+00:00','2026-11-25T10:08:13.284+00:00');
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	uid VARCHAR NOT NULL, 
	event VARCHAR NOT NULL, 
	asset_id INTEGER, 
	at VARCHAR(29) NOT NULL, 
	data VARCHAR NOT NULL, 
	message_id INTEGER, 
	data_key_id INTEGER, 
	sealed BLOB, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
CREATE TABLE outbox_data_keys (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	key_id INTEGER NOT NULL, 
	wrapped BLOB NOT NULL, 
	created_at VARCHAR(29) NOT NULL
);
CREATE TABLE outbox_keys (
	id VARCHAR NOT NULL, 
	key_id INTEGER NOT NULL, 
	public_key BLOB NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE registrations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	asset_id INTEGER, 
	service VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	how VARCHAR NOT NULL, 
	tracking_id VARCHAR NOT NULL, 
	asked_at VARCHAR(29) NOT NULL, 
	asked_by VARCHAR NOT NULL, 
	registered_at VARCHAR(29), 
	retired_at VARCHAR(29), 
	buried_at VARCHAR(29), 
	words VARCHAR NOT NULL, 
	asset_name VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	forwarding_address VARCHAR NOT NULL, 
	pid INTEGER NOT NULL, 
	process VARCHAR NOT NULL, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE RESTRICT
);
CREATE TABLE secrets (
	owner VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	key_id INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (owner, name)
);
INSERT INTO "secrets" VALUES('asset:1','password',1,X'01742EAF28324AF417B11B3F9041C02825C9BC300AD2B1DE609EE047941607ACB01838FE4E3E427AFE2B485B62A0F99E4E','2026-11-25T10:08:13.262+00:00');
INSERT INTO "secrets" VALUES('oauth_client:1','client_secret',1,X'0101953514C3A013CF507395493427747E39736FE685392D86301D2272F0ED33321785254A4720BFCE853C4816F162A2E15866B021B28774','2026-11-25T10:08:13.297+00:00');
INSERT INTO "secrets" VALUES('asset:2','access_token',1,X'0120B29A38238B0250B14C15A5112571566DBD0026A916F7A970CF20D0CC3164D1D6191B04E5BB56009394B3E9','2026-11-25T10:08:13.460+00:00');
INSERT INTO "secrets" VALUES('asset:2','refresh_token',1,X'0101D17CAE1BBB2C3B3B2791249CDFF8A2D66C5520C6F91FFF5ABF3A4FF14F1E5EEEF01FAD476BDA9C5738039636','2026-11-25T10:08:13.460+00:00');
INSERT INTO "secrets" VALUES('authorization:4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e','authorization',1,X'0187FFCF86DF5E4909A0D466BCB8F34A93A47A731FC9B61C5D5F8D825F96961D06B6CF7AA499A36DEE0A40B3F84D0623817BCE6A0919AE371219AE454E50DDF85EA0A2C3E8D7A31D933A18B852B64B6C251D4F1B7B34C651C60CD613137CD6','2026-11-25T10:08:13.517+00:00');
CREATE TABLE vault_keys (
	id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	key_id INTEGER NOT NULL, 
	kdf VARCHAR NOT NULL, 
	kdf_n INTEGER NOT NULL, 
	kdf_r INTEGER NOT NULL, 
	kdf_p INTEGER NOT NULL, 
	salt BLOB NOT NULL, 
	wrapped_key BLOB NOT NULL, 
	check_value BLOB NOT NULL, 
	digest BLOB NOT NULL, 
	created_at VARCHAR NOT NULL, 
	changed_at VARCHAR NOT NULL, public_key BLOB, 
	PRIMARY KEY (id), 
	UNIQUE (purpose)
);
INSERT INTO "vault_keys" VALUES('196b0b6a8e0543de879c2faea5e14f55','credentials',1,'scrypt',16384,8,1,X'B557042F91DC6969590D159F2C0BA0AB',X'06CE1C04B4982317932D79CA2ACEAEE11D38D33859ADF390F441A6063EDCB87044ACE639D44B8743C3B73D02569ECE9AD72D824AF4569E839F1C1441',X'74A141D2D2D81986F9A71BD0F7776365A090F0BCF76915B39DCD400650EF4E1D',X'D95792591DDE1A1255BE4EE3AE5FD2CFFCCBE1229C47B1446BE3B8B2AE3BEE6D','2026-11-25T10:08:13.210+00:00','2026-11-25T10:08:13.210+00:00',NULL);
INSERT INTO "vault_keys" VALUES('c00f517e1296439f85b210d7e0589ae1','log',1,'scrypt',16384,8,1,X'B557042F91DC6969590D159F2C0BA0AB',X'8DD63CF8682195328B186436F3734CAF202926D7C05D0C8AA60326C8AEE81BC92D17DF30BCB55A50F5D439339F576DEBDF1504CC1D01A48908C7D1BB',X'40DD75C3131B2D22FF0D3656E25B88CD3DD8F075245D7AD104163766344FE422',X'38C2C7EC8E9B25A4F19F731028B294891D3062A1E3630DEE22D3E973277FDC6D','2026-11-25T10:08:13.213+00:00','2026-11-25T10:08:13.213+00:00',X'D247C76275A6DE753CB53996C3029E01CBEA0FC45FF1394646D857E7BA2F320B');
CREATE TABLE webhook_assets (
	webhook_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	PRIMARY KEY (webhook_id, asset_id), 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
CREATE TABLE webhook_changes (
	id INTEGER NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "webhook_changes" VALUES(1,0);
CREATE TABLE webhook_health (
	webhook_id INTEGER NOT NULL, 
	last_ok_at VARCHAR(29), 
	last_failed_at VARCHAR(29), 
	failures INTEGER NOT NULL, 
	last_words VARCHAR NOT NULL, 
	rests_until VARCHAR(29), 
	PRIMARY KEY (webhook_id), 
	FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE TABLE webhooks (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	name_key VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	style VARCHAR NOT NULL, 
	events VARCHAR NOT NULL, 
	all_assets BOOLEAN NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	opt_in_confirmation BOOLEAN NOT NULL, 
	raw VARCHAR NOT NULL, 
	ordered BOOLEAN NOT NULL, 
	off_why VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	created_at VARCHAR(29) NOT NULL, 
	updated_at VARCHAR(29) NOT NULL
);
CREATE UNIQUE INDEX assets_name ON assets (name_key);
CREATE UNIQUE INDEX assets_address ON assets (address_key);
CREATE UNIQUE INDEX assets_forwarding_address ON assets (forwarding_address) WHERE forwarding_address != '';
CREATE INDEX checks_asset ON checks (asset_id, id);
CREATE INDEX audit_asset ON audit (asset_id, id);
CREATE UNIQUE INDEX oauth_clients_name ON oauth_clients (name_key);
CREATE INDEX ix_assets_oauth_client_id ON assets (oauth_client_id);
CREATE INDEX grants_due ON grants (next_refresh_at);
CREATE INDEX grant_events_asset ON grant_events (asset_id, id);
CREATE INDEX ix_deadlines_at ON deadlines (at);
CREATE UNIQUE INDEX inbound_messages_uid ON inbound_messages (uid);
CREATE INDEX inbound_messages_asset ON inbound_messages (asset_id, id);
CREATE INDEX inbound_messages_repeat ON inbound_messages (repeat_key);
CREATE TRIGGER inbound_deleted AFTER DELETE ON inbound_messages BEGIN
            INSERT INTO inbound_fts (inbound_fts, rowid, subject, sender, sender_name, recipients,
                                     attachments, ideographs, facets)
            VALUES ('delete', old.id, old.subject, old.sender, old.sender_name, old.recipients,
                    old.attachments, old.ideographs, old.facets);
            UPDATE inbound_totals SET messages = messages - 1, bytes = bytes - old.size;
            UPDATE inbound_states SET messages = messages - 1, bytes = bytes - old.size
             WHERE asset_id = old.asset_id;
        END;
CREATE INDEX confirmations_open ON confirmations (asset_id) WHERE done_at IS NULL;
CREATE INDEX confirmations_asset ON confirmations (asset_id, message_id);
CREATE UNIQUE INDEX webhooks_name ON webhooks (name_key);
CREATE INDEX webhook_assets_asset ON webhook_assets (asset_id);
CREATE TRIGGER webhooks_insert AFTER INSERT ON webhooks BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE TRIGGER webhooks_update AFTER UPDATE ON webhooks BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE TRIGGER webhooks_delete AFTER DELETE ON webhooks BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE TRIGGER webhook_assets_insert AFTER INSERT ON webhook_assets BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE TRIGGER webhook_assets_update AFTER UPDATE ON webhook_assets BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE TRIGGER webhook_assets_delete AFTER DELETE ON webhook_assets BEGIN
                    UPDATE webhook_changes SET count = count + 1;
                END;
CREATE UNIQUE INDEX outbox_uid ON outbox (uid);
CREATE INDEX outbox_asset ON outbox (asset_id);
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;
CREATE TRIGGER outbox_of_deleted AFTER DELETE ON inbound_messages BEGIN
            UPDATE outbox SET sealed = NULL
             WHERE message_id = old.id AND NOT EXISTS (
                   SELECT 1 FROM deliveries d WHERE d.outbox_id = outbox.id AND d.done_at IS NULL);
        END;
CREATE INDEX deliveries_due ON deliveries (webhook_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_line ON deliveries (webhook_id, asset_id, id) WHERE done_at IS NULL;
CREATE INDEX deliveries_open ON deliveries (webhook_id, id) WHERE done_at IS NULL;
CREATE INDEX deliveries_dead ON deliveries (webhook_id, id) WHERE state = 'dead';
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_outbox ON deliveries (outbox_id);
CREATE INDEX delivery_attempts_delivery ON delivery_attempts (delivery_id, id);
CREATE UNIQUE INDEX registrations_asset ON registrations (asset_id);
CREATE TRIGGER registrations_mapping BEFORE UPDATE OF asset_id, service ON registrations
        WHEN NEW.service IS NOT OLD.service
             OR (NEW.asset_id IS NOT OLD.asset_id
                 AND NOT (NEW.asset_id IS NULL AND NEW.state = 'tombstone'))
        BEGIN SELECT RAISE(ABORT, 'the mapping of a registration never changes'); END;
CREATE TRIGGER registrations_kept BEFORE DELETE ON registrations WHEN OLD.state != 'unknown'
        BEGIN SELECT RAISE(ABORT, 'a registration is kept for good'); END;
PRAGMA writable_schema=OFF;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',4);
INSERT INTO "sqlite_sequence" VALUES('assets',2);
INSERT INTO "sqlite_sequence" VALUES('oauth_clients',1);
INSERT INTO "sqlite_sequence" VALUES('checks',2);
INSERT INTO "sqlite_sequence" VALUES('grant_events',3);
INSERT INTO "sqlite_sequence" VALUES('inbound_messages',2);
COMMIT;
