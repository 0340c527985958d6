PRAGMA application_id=1349481332;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
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
INSERT INTO "assets" VALUES(1,'Ärger & Söhne','Ärger.&.Söhne@example.com','custom','password','smtp.example.com',587,'starttls','','','','','',0,'ärger & söhne','ärger.&.söhne@example.com','arger-sohne.aqvenhwzfj2pkdkzzhl4@in.example.com',1,'2026-11-25T13:39:11.642+00:00','2026-11-25T13:39:11.642+00:00',NULL,0,0,NULL,NULL);
INSERT INTO "assets" VALUES(2,'Help desk','Help.desk@example.com','custom','oauth','smtp.example.com',587,'none','','','','O''Hara''s; it''s','',1,'help desk','help.desk@example.com','',1,'2026-11-25T13:39:11.657+00:00','2026-11-25T13:39:11.657+00:00',1,1,0,NULL,NULL);
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
INSERT INTO "audit" VALUES(1,'2026-11-25T13:39:11.640+00:00','operator','192.0.2.7','vault created',NULL,'','');
INSERT INTO "audit" VALUES(2,'2026-11-25T13:39:11.648+00:00','operator','192.0.2.7','asset created',1,'Ärger & Söhne','Ärger.&.Söhne@example.com');
INSERT INTO "audit" VALUES(3,'2026-11-25T13:39:11.654+00:00','operator','192.0.2.7','OAuth client created',NULL,'','Ärger app');
INSERT INTO "audit" VALUES(4,'2026-11-25T13:39:11.659+00:00','operator','192.0.2.7','asset created',2,'Help desk','Help.desk@example.com');
INSERT INTO "audit" VALUES(5,'2026-11-25T13:39:11.696+00:00','operator','192.0.2.7','heartbeat on',2,'Help desk','every 24 hours');
INSERT INTO "audit" VALUES(6,'2026-11-25T13:39:11.717+00:00','operator','192.0.2.7','platform source created',1,'Ärger & Söhne','Webex Connect: all to one asset');
INSERT INTO "audit" VALUES(7,'2026-11-25T13:39:11.721+00:00','operator','192.0.2.7','platform source created',NULL,'','Connect, all: each event to its asset');
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
INSERT INTO "confirmations" VALUES(3,1,'2026-03-02T12:02:00.000+00:00','https://mail-settings.example.com/mail/vf-1','https://mail-settings.example.com/mail/uf-1','99427480','help.desk@example.com',1,'unverified',NULL,NULL,'');
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
CREATE TABLE forwarding_probes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	token VARCHAR NOT NULL, 
	asset_id INTEGER NOT NULL, 
	"trigger" VARCHAR NOT NULL, 
	begun_at VARCHAR(29) NOT NULL, 
	sent_at VARCHAR(29), 
	wait_s FLOAT NOT NULL, 
	through VARCHAR NOT NULL, 
	steps VARCHAR NOT NULL, 
	arrived_at VARCHAR(29), 
	path VARCHAR NOT NULL, 
	via VARCHAR NOT NULL, 
	forwarded_by VARCHAR NOT NULL, 
	strayed_to INTEGER, 
	returned_at VARCHAR(29), 
	returned VARCHAR NOT NULL, 
	ended_at VARCHAR(29), 
	outcome VARCHAR NOT NULL, 
	came_late BOOLEAN NOT NULL, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "forwarding_probes" VALUES(1,'came-back',2,'heartbeat','2026-03-02T12:00:00.000+00:00','2026-03-02T12:00:00.000+00:00',1800.0,'Help desk','[{"name": "send", "outcome": "passed", "ms": 3.25, "words": "250 ok", "facts": [["through", "Help desk"]], "diagnosis": null}]','2026-03-02T12:03:00.000+00:00','[["from a by b", "2026-03-02T12:00:00.000+00:00", "mailbox"], ["by c", null, "forward"]]','gmail','help.desk@example.com',NULL,NULL,'',NULL,'',0);
INSERT INTO "forwarding_probes" VALUES(2,'given-up',2,'asked','2026-03-02T12:00:00.000+00:00',NULL,180.0,'','[]',NULL,'[]','','',NULL,NULL,'','2026-03-02T13:00:00.000+00:00','failed',0);
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
CREATE TABLE guide_choices (
	asset_id INTEGER NOT NULL, 
	guide VARCHAR NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "guide_choices" VALUES(1,'gmail-playground');
CREATE TABLE guide_ticks (
	asset_id INTEGER NOT NULL, 
	step VARCHAR NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	"by" VARCHAR NOT NULL, 
	PRIMARY KEY (asset_id, step), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "guide_ticks" VALUES(1,'google-project','2026-03-02T12:00:00.000+00:00','operator');
CREATE TABLE heartbeats (
	asset_id INTEGER NOT NULL, 
	every_hours INTEGER NOT NULL, 
	next_at VARCHAR(29) NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "heartbeats" VALUES(2,24,'2026-03-03T12:00:00.000+00:00');
CREATE TABLE inbound_bodies (
	id INTEGER NOT NULL, 
	data_key_id INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES inbound_messages (id) ON DELETE CASCADE
);
INSERT INTO "inbound_bodies" VALUES(1,1,X'01BBBAF45B32F474133FEFCC4288752800892E5FD05882EB09C0CCAC451AEDCD83B9D62BC130B8DC0A6FD6F36D49DDAB3FC4D0DB09715F7EBEF7359756A493A305E4002422B5CFBED9418941CE4435');
INSERT INTO "inbound_bodies" VALUES(2,2,X'0171C37C4A2B50D1B7AD7241C8973C97EA871B409D96A24E5DC804AC935823680F02F1F69D3D92E45BEF6C61D22E0C84F403C8FA7A8A587709A055AD2A62A5C5AB43DBC86E2DC9601E5D8A8ABC4551');
INSERT INTO "inbound_bodies" VALUES(3,2,X'01766AA5B59584B19B8BF815D6BA82615E7F642E3C2E3AC8E56DFB2FE725983ADFFB6EE3E235B9BF328FB64F9504004E5D3A40F6CEE63FE251F0D3C0DEFE0491398919DD25627F5CA18B8175D2B15C');
CREATE TABLE inbound_data_keys (
	id INTEGER NOT NULL, 
	log_key_id INTEGER NOT NULL, 
	wrapped BLOB NOT NULL, 
	created_at VARCHAR(29) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "inbound_data_keys" VALUES(1,1,X'CFF81F7AC3A3A5AFB246DCE1689185904B627CCE1323B4D703C2FA23E033E20B582DC287C13D14B68F4DDDE2D990E62D33B8E5CA3E72323E0637E2BC2FA189A4F581B06C001D294896E799D0321E026B','2026-11-25T13:39:11.705+00:00');
INSERT INTO "inbound_data_keys" VALUES(2,1,X'F9AF415C12F95AF44F2885A85A338911BCC6CCE19E96CCCC50A0C7469336C45C1FE98B2B5BA2FF2B12D17D7C49609D1BC65205CCE390DB68624D2ECE2AA908103AA0D4F89B801E6D2FA18B58822A7109','2026-11-25T13:39:11.708+00:00');
PRAGMA writable_schema=ON;
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','inbound_fts','inbound_fts',0,'CREATE VIRTUAL TABLE inbound_fts USING fts5(
            subject, sender, sender_name, recipients, attachments, ideographs, facets,
            content=''inbound_messages'', content_rowid=''id'', prefix=''1 2 3 4'',
            tokenize=''unicode61 remove_diacritics 2'')');
CREATE TABLE 'inbound_fts_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO "inbound_fts_config" VALUES('automerge',8);
INSERT INTO "inbound_fts_config" VALUES('version',4);
CREATE TABLE 'inbound_fts_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO "inbound_fts_data" VALUES(1,X'03060C0615020208');
INSERT INTO "inbound_fts_data" VALUES(10,X'000000010102020002010101020101');
INSERT INTO "inbound_fts_data" VALUES(137438953473,X'0000021502303301020301026132010601060202026E6E010C010102010202020472676572010C0101030102030103636F6D01080103050501046465736B010601030301076578616D706C65010E01010401030405010468656C7001060103020107696E766F69636501020201066B70726F6265010601060301036F7267010601010501067365636F6E64010601030600023133010203010161011601010203010202030106020101630108010305050101640106010303010165010E01010401030405010168010601030201016901020201016B010601060301016F010601010501017301060103060003326132010601060202016E010C010102010202020172010C0101030102030102636F01080103050501026465010601030301026578010E010104010304050102686501060103020102696E01020201026B70010601060301026F720106010105010273650106010306000433616E6E010C01010201020202027267010C0101030102030103636F6D010801030505010364657301060103030103657861010E01010401030405010368656C01060103020103696E7601020201036B7072010601060301036F726701060101050103736563010601030600053461726765010C01010301020301046465736B010601030301046578616D010E01010401030405010468656C7001060103020104696E766F01020201046B70726F010601060301047365636F01060103060406090C0E0B0B120B0C0D0A0D071009080C08060808080A0B0B0A090D09070909090E0C0B0A0E0A080A0A0A0F0B0F0B090B');
INSERT INTO "inbound_fts_data" VALUES(274877906945,X'00000432023032030203010261310206010602010601060202026E6E020C010102010202010C010102010202020472676572020C010103010203010C0101030102030103636F6D02080103050501080103050501046465736B0206010303010601030301076578616D706C65020E01010401030405010E01010401030405010D6861736174746163686D656E7402060106040203656C70020601030201060103020107696E766F696365030202010D6B636F6E6669726D6174696F6E030601060302086F7264696E617279020601060301066D6361726473020601060501056F6666657202080201040202027267020601010501060101050103706466020601040301067365636F6E64020601030601060103060103E8BBA202060105020403E980810202030103E98081020601050300023132030203010161021601010203010202030106020116010102030102020301060201016302080103050501080103050501016402060103030106010303010165020E01010401030405010E01010401030405010168020C010302010604010601030201016903020201016B0206010603010601060301016D020601060501016F020E0201010501040201060101050101700206010403010173020601030601060103060103E8BBA20208030105020103E98081020601050300033261310206010602010601060202016E020C010102010202010C010102010202020172020C010103010203010C0101030102030102636F020801030505010801030505010264650206010303010601030301026578020E01010401030405010E01010401030405010268610206010604020165020601030201060103020102696E03020201026B63030601060302016F020601060301026D63020601060501026F660208020104020201720206010105010601010501027064020601040301027365020601030601060103060106E8BBA2E98081020203000433616E6E020C010102010202010C01010201020202027267020C010103010203010C0101030102030103636F6D0208010305050108010305050103646573020601030301060103030103657861020E01010401030405010E01010401030405010368617302060106040202656C020601030201060103020103696E7603020201036B636F030601060302026F72020601060301036D6361020601060501036F666602080201040202027267020601010501060101050103706466020601040301037365630206010306010601030600053461726765020C010103010203010C01010301020301046465736B0206010303010601030301046578616D020E01010401030405010E0101040103040501046861736102060106040203656C70020601030201060103020104696E766F03020201046B636F6E030601060302036F7264020601060301046D636172020601060501046F66666502080201040201047365636F0206010306010601030604060E141611101B140F0C140F0D0D0E0A120A080A071D0F0D1510060D0811080D0B0A0F1313100E16090D070908090A0D090E0B1614110F170A0E080A090A0B0E0A0F1710180B0F090B0A0B0C');
CREATE TABLE 'inbound_fts_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO "inbound_fts_docsize" VALUES(1,X'02040207000002');
INSERT INTO "inbound_fts_docsize" VALUES(2,X'02040207020204');
INSERT INTO "inbound_fts_docsize" VALUES(3,X'02040207000002');
CREATE TABLE 'inbound_fts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO "inbound_fts_idx" VALUES(1,X'',2);
INSERT INTO "inbound_fts_idx" VALUES(2,X'',2);
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
INSERT INTO "inbound_messages" VALUES(1,X'01A212EE86D9994F50024A0025EE57AD',2,'2026-03-02T12:03:00.000+00:00','2026-03-02T12:00:00.000+00:00',42,0,3592807417,X'D625E3F918ACA385484C2E6EFAD3A69FB5956BF974F0E4EA92BF2BF8B9F6F933',0,'smtp','help.desk+caf_=x=in.example.net@example.com','help-desk.abcdefghij@in.example.net','192.0.2.7','<3@example.org>','Invoice 3','ann.ärger@example.org','Ann Ärger','help.desk@example.com, second@example.com','','probe','gmail','help.desk@example.com','','','','a2 kprobe');
INSERT INTO "inbound_messages" VALUES(2,X'01A212EE86DCD9310FC7C5C319AC5490',1,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:00:00.000+00:00',42,1,1945211959,X'73F19437614F28DE64C6FD6D5B098611A3B1668FC02CDC0C7E2E30F700DBD289',1,'smtp','help.desk+caf_=x=in.example.net@example.com','help-desk.abcdefghij@in.example.net','192.0.2.7','<1@example.org>','Offer 転送','ann.ärger@example.org','Ann Ärger','help.desk@example.com, second@example.com','offer.pdf','ordinary','gmail','help.desk@example.com','cards','','転 送','a1 kordinary hasattachment mcards');
INSERT INTO "inbound_messages" VALUES(3,X'01A212EE86DCAC783AC817B25E98B07A',1,'2026-03-02T12:02:00.000+00:00','2026-03-02T12:00:00.000+00:00',42,0,568643972,X'21E4D18424B3A494ED103CDF3F1178DEC9610095C4E097F89A79B6FDC221ACF7',0,'smtp','help.desk+caf_=x=in.example.net@example.com','help-desk.abcdefghij@in.example.net','192.0.2.7','<2@example.org>','Invoice 2','ann.ärger@example.org','Ann Ärger','help.desk@example.com, second@example.com','','confirmation','direct','help.desk@example.com','','','','a1 kconfirmation');
CREATE TABLE inbound_spans (
	span INTEGER NOT NULL, 
	earliest VARCHAR(29) NOT NULL, 
	latest VARCHAR(29) NOT NULL, 
	PRIMARY KEY (span)
);
INSERT INTO "inbound_spans" VALUES(0,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:03:00.000+00:00');
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
INSERT INTO "inbound_states" VALUES(2,1,42,'2026-03-02T12:03:00.000+00:00','2026-03-02T12:03:00.000+00:00',0.0);
CREATE TABLE inbound_totals (
	id INTEGER NOT NULL, 
	messages INTEGER NOT NULL, 
	bytes INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "inbound_totals" VALUES(1,3,126);
CREATE TABLE notice_members (
	notice_id INTEGER NOT NULL, 
	asset_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	told_step INTEGER, 
	deadline_at VARCHAR(29), 
	PRIMARY KEY (notice_id, asset_id), 
	FOREIGN KEY(notice_id) REFERENCES notices (id) ON DELETE CASCADE, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "notice_members" VALUES(1,2,7,7,'2026-03-09T12:00:00.000+00:00');
CREATE TABLE notice_rounds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	notice_id INTEGER NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	occasion VARCHAR NOT NULL, 
	webhooks INTEGER NOT NULL, 
	words VARCHAR NOT NULL, 
	FOREIGN KEY(notice_id) REFERENCES notices (id) ON DELETE CASCADE
);
INSERT INTO "notice_rounds" VALUES(1,1,'2026-03-02T12:00:00.000+00:00','opened',0,'');
CREATE TABLE notice_sendings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	notice_id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	way VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	recipient VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	handed INTEGER NOT NULL, 
	next_at VARCHAR(29) NOT NULL, 
	claimed_by VARCHAR NOT NULL, 
	claimed_at VARCHAR(29), 
	pid INTEGER NOT NULL, 
	process VARCHAR NOT NULL, 
	done_at VARCHAR(29), 
	through VARCHAR NOT NULL, 
	words VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	log_id INTEGER NOT NULL, 
	FOREIGN KEY(notice_id) REFERENCES notices (id) ON DELETE CASCADE, 
	FOREIGN KEY(round_id) REFERENCES notice_rounds (id) ON DELETE CASCADE
);
INSERT INTO "notice_sendings" VALUES(1,1,1,'mail','operator','ops@example.com','waiting',0,0,'2026-03-02T12:00:00.000+00:00','',NULL,0,'',NULL,'','','',0);
CREATE TABLE notices (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	told_state VARCHAR NOT NULL, 
	level VARCHAR NOT NULL, 
	cause VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	diagnosis VARCHAR, 
	client_id INTEGER, 
	client_name VARCHAR NOT NULL, 
	asset_name VARCHAR NOT NULL, 
	asset_count INTEGER NOT NULL, 
	deadline_at VARCHAR(29), 
	opened_at VARCHAR(29) NOT NULL, 
	told_at VARCHAR(29), 
	missing_at VARCHAR(29), 
	ended_at VARCHAR(29), 
	ended_how VARCHAR NOT NULL, 
	acked_at VARCHAR(29), 
	acked_by VARCHAR NOT NULL, 
	version INTEGER NOT NULL
);
INSERT INTO "notices" VALUES(1,'deadline client 1','deadline','deadline','deadline','soon','Help desk: sending ends','Why','operator',NULL,NULL,'','Help desk',1,'2026-03-09T12:00:00.000+00:00','2026-03-02T12:00:00.000+00:00','2026-03-02T12:00:00.000+00:00',NULL,NULL,'','2026-03-02T12:00:00.000+00:00','operator',2);
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
two@example.com','ärger app','2027-05-31',1,'2026-11-25T13:39:11.651+00:00','2026-11-25T13:39:11.651+00:00');
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
CREATE TABLE platform_figures (
	source_id INTEGER NOT NULL, 
	kept INTEGER NOT NULL, 
	repeats INTEGER NOT NULL, 
	passed INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	last_at VARCHAR(29), 
	refused_at VARCHAR(29), 
	refused_words VARCHAR NOT NULL, 
	PRIMARY KEY (source_id), 
	FOREIGN KEY(source_id) REFERENCES platform_sources (id) ON DELETE CASCADE
);
INSERT INTO "platform_figures" VALUES(1,3,1,2,1,'2026-03-02T12:00:00.000+00:00','2026-03-02T12:00:00.000+00:00','The event is not JSON.');
INSERT INTO "platform_figures" VALUES(2,0,0,0,0,NULL,NULL,'');
CREATE TABLE platform_sources (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	name_key VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	by_address BOOLEAN NOT NULL, 
	asset_id INTEGER, 
	created_at VARCHAR(29) NOT NULL, 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE SET NULL
);
INSERT INTO "platform_sources" VALUES(1,'Webex Connect','webex connect','--P28gVgmaNuZGbF-tRIcw',0,1,'2026-11-25T13:39:11.714+00:00');
INSERT INTO "platform_sources" VALUES(2,'Connect, all','connect, all','P6BNUtL8M52NxBIrl535tw',1,NULL,'2026-11-25T13:39:11.720+00:00');
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
INSERT INTO "secrets" VALUES('asset:1','password',1,X'01AD41F556311EF3DA5150FB62C8775FE124362D933669B8DD1829A214AAADF2DDB105843951AE903C009515A291C1DA37','2026-11-25T13:39:11.647+00:00');
INSERT INTO "secrets" VALUES('oauth_client:1','client_secret',1,X'01D23493AC204F23657FD7EE1DBD28E8FCAC42870126C7D80DD9F6AEF43C93CB3D2E37F6D8EB8A30BB0ACDDAA35357126A69594B05229CA0','2026-11-25T13:39:11.654+00:00');
INSERT INTO "secrets" VALUES('asset:2','access_token',1,X'0157BCB154131D354F9C30738D16C5E40F108261EAA9BB47DD6F88D7E03DE66963833DBF2C7F4F72432DDA7FF9','2026-11-25T13:39:11.683+00:00');
INSERT INTO "secrets" VALUES('asset:2','refresh_token',1,X'0112DA739BB162F2E30097029871F273E4A3DC62C92EE2436756B1C9D3B7A8DC1FE069272B7FB93A6558F9C2DBEC','2026-11-25T13:39:11.683+00:00');
INSERT INTO "secrets" VALUES('authorization:4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e','authorization',1,X'01DD0BC2EDE39A0D6D68354D27B7B4458C0231F0B730B9DBA3A6FC84AC2778BC554765FA973BC69DBB342074E5B13EABF97C91586C41CEF41EF88EEE0BCA467FBC4809F39DF2D21A7C1E2F75B629C884E594084ADA95008E4E896D7CEE7B88','2026-11-25T13:39:11.691+00:00');
INSERT INTO "secrets" VALUES('platform:1','secret',1,X'01BC4A185ED1A7B19877397EC246C1D32CE123058A44853DA926FB6C818E5D34CCA324A18F0FD6326CC09587469B085E7AB9EC6E2B','2026-11-25T13:39:11.716+00:00');
INSERT INTO "secrets" VALUES('platform:2','secret',1,X'01DC8DAEC16E6ADD7C7F4AD42F38F8B1A4EA8298A27E31D9A79D4F64DE35A2419DF0315B24D7E86853A45AA7BD516162E29F331948','2026-11-25T13:39:11.720+00:00');
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
INSERT INTO "vault_keys" VALUES('d9692bc8526f40ec878eea690dd35407','credentials',1,'scrypt',16384,8,1,X'92CC3F4D3C122D0EBC858225AE913E27',X'589F493C6C9117701FAF785E84D36E479BEB7D9AD246393E309BFFEDF640F804A4111593843512731CC505C0215A5C86BAF0ADD0B4BFF14AB9F18DC2',X'3347337D2C5F9321B303B015AF730B456BEC20EA5193B5437AAE8531E8A4B811',X'25903091A425E17FB16079056271DAB50420F3A4482431A42FFD6D0FC520C888','2026-11-25T13:39:11.635+00:00','2026-11-25T13:39:11.635+00:00',NULL);
INSERT INTO "vault_keys" VALUES('222226b8f5364e979c2862daea6bd955','log',1,'scrypt',16384,8,1,X'92CC3F4D3C122D0EBC858225AE913E27',X'D46B5D631BC98CF80478B698BB33B4DF94E040A2ECC2293D8B785E7017AD1FBFE00A343E4708F54C16C64A68A212A530ECE2A23BEE0AD57B37402D9B',X'C97A74EF509303A528A527F951D28F09586C572683BAA558805A0031F979A78D',X'DCAC497C995FEB6A3FF88B1950B31B18F89CB83AE8096D5F613C96350BE861AA','2026-11-25T13:39:11.639+00:00','2026-11-25T13:39:11.639+00:00',X'413E464F783D7A5D11E11C18EF112ABF19A8D4BB8293DDE2F5837955352E243C');
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
CREATE INDEX heartbeats_next ON heartbeats (next_at);
CREATE UNIQUE INDEX forwarding_probes_token ON forwarding_probes (token);
CREATE INDEX forwarding_probes_asset ON forwarding_probes (asset_id, id);
CREATE INDEX forwarding_probes_open ON forwarding_probes (asset_id) WHERE ended_at IS NULL;
CREATE INDEX forwarding_probes_late ON forwarding_probes (asset_id) WHERE came_late;
CREATE UNIQUE INDEX platform_sources_name ON platform_sources (name_key);
CREATE UNIQUE INDEX platform_sources_key ON platform_sources ("key");
CREATE INDEX platform_sources_asset ON platform_sources (asset_id);
CREATE UNIQUE INDEX notices_open ON notices ("key") WHERE ended_at IS NULL;
CREATE INDEX notices_ended ON notices (ended_at);
CREATE INDEX notice_members_asset ON notice_members (asset_id);
CREATE INDEX notice_rounds_notice ON notice_rounds (notice_id, id);
CREATE INDEX notice_sendings_due ON notice_sendings (next_at) WHERE done_at IS NULL;
CREATE INDEX notice_sendings_notice ON notice_sendings (notice_id, id);
CREATE INDEX notice_sendings_recipient ON notice_sendings (recipient, id);
CREATE INDEX checks_forwarding ON checks (asset_id, id) WHERE kind = 'forwarding';
PRAGMA writable_schema=OFF;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',7);
INSERT INTO "sqlite_sequence" VALUES('assets',2);
INSERT INTO "sqlite_sequence" VALUES('oauth_clients',1);
INSERT INTO "sqlite_sequence" VALUES('checks',2);
INSERT INTO "sqlite_sequence" VALUES('grant_events',3);
INSERT INTO "sqlite_sequence" VALUES('forwarding_probes',2);
INSERT INTO "sqlite_sequence" VALUES('inbound_messages',3);
INSERT INTO "sqlite_sequence" VALUES('platform_sources',2);
INSERT INTO "sqlite_sequence" VALUES('notices',1);
INSERT INTO "sqlite_sequence" VALUES('notice_rounds',1);
INSERT INTO "sqlite_sequence" VALUES('notice_sendings',1);
COMMIT;
