PRAGMA application_id=1349481332;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
, oauth_client_id INTEGER REFERENCES oauth_clients (id), ask_consent BOOLEAN NOT NULL DEFAULT 0);
INSERT INTO "assets" VALUES(1,'Ärger & Söhne','Ärger.&.Söhne@example.com','custom','password','smtp.example.com',587,'starttls','','','','','',0,'ärger & söhne','ärger.&.söhne@example.com','arger-sohne.7yfcliviloj2tpzglokl@in.example.com',1,'2026-11-25T04:55:42.197+00:00','2026-11-25T04:55:42.197+00:00',NULL,0);
INSERT INTO "assets" VALUES(2,'Help desk','Help.desk@example.com','custom','oauth','smtp.example.com',587,'none','','','','O''Hara''s; it''s','',1,'help desk','help.desk@example.com','',1,'2026-11-25T04:55:42.213+00:00','2026-11-25T04:55:42.213+00:00',1,1);
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
INSERT INTO "audit" VALUES(1,'2026-11-25T04:55:42.195+00:00','operator','192.0.2.7','vault created',NULL,'','');
INSERT INTO "audit" VALUES(2,'2026-11-25T04:55:42.204+00:00','operator','192.0.2.7','asset created',1,'Ärger & Söhne','Ärger.&.Söhne@example.com');
INSERT INTO "audit" VALUES(3,'2026-11-25T04:55:42.210+00:00','operator','192.0.2.7','OAuth client created',NULL,'','Ärger app');
INSERT INTO "audit" VALUES(4,'2026-11-25T04:55:42.218+00:00','operator','192.0.2.7','asset created',2,'Help desk','Help.desk@example.com');
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
CREATE TABLE deadlines (
	subject VARCHAR NOT NULL, 
	at VARCHAR(29) NOT NULL, 
	reason VARCHAR NOT NULL, 
	who VARCHAR NOT NULL, 
	PRIMARY KEY (subject)
);
INSERT INTO "deadlines" VALUES('asset:2','2026-03-02T13:00:00.000+00:00','It is refused.','admin');
INSERT INTO "deadlines" VALUES('oauth_client:1','2026-04-01T12:00:00.000+00:00','The client secret ends.','admin');
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
	claimed_by VARCHAR NOT NULL, 
	PRIMARY KEY (asset_id), 
	FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);
INSERT INTO "grants" VALUES(2,'retrying','https://mail.example.com/ offline_access',3600,'2026-03-02T12:00:00.000+00:00','2026-03-02T13:00:00.000+00:00','2026-03-02T12:00:00.000+00:00',NULL,'2026-03-02T12:01:00.000+00:00','2026-03-02T12:02:00.000+00:00',1,16,17,1,2,'HTTP 503: busy','oauth-busy','other');
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
two@example.com','ärger app','2027-05-31',1,'2026-11-25T04:55:42.206+00:00','2026-11-25T04:55:42.206+00:00');
CREATE TABLE secrets (
	owner VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	key_id INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (owner, name)
);
INSERT INTO "secrets" VALUES('asset:1','password',1,X'014BE0DF38D8C100E299B54BAE19696AAFBABFC2FC2CE6F708F333EFC0E3C4D39086782825D21A7D47E2B04E8FB2EC9E1E','2026-11-25T04:55:42.203+00:00');
INSERT INTO "secrets" VALUES('oauth_client:1','client_secret',1,X'01951BA8AADBC27EF36C697CF5A59ED1EC8A7D7563EBBF224F53C2284BE4EC4CADCF72C17C02925598A5B8222DE5F640EA0AC897A109D882','2026-11-25T04:55:42.210+00:00');
INSERT INTO "secrets" VALUES('asset:2','access_token',1,X'01B9E7F743FAA9DBC152574897A66C4E44AD1BE491FD06C19817897E5122EB12C7DD3A8D0014FFD3658C99BC2D','2026-11-25T04:55:42.234+00:00');
INSERT INTO "secrets" VALUES('asset:2','refresh_token',1,X'0197C0EC1132F9862738F70DF6B547A91A95F15A41FCCEB2CCEBF1AF8BF677931A2F4241EFC87D8E7B04A7597142','2026-11-25T04:55:42.234+00:00');
INSERT INTO "secrets" VALUES('authorization:4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e','authorization',1,X'0189F2ECCB9F78371006390FB7790E66C2C3E0E1A4BD6E1E621E5E9CA96B180B63A307CBA7DA929BEBBF35FCD03F9B4485B71ACC53743796D606D19772C80CCBF7C47AFFA06ACD5235F18CBE2A0D66A7C311E6937475CFE2CAE6CD2AB34C09','2026-11-25T04:55:42.242+00:00');
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
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (purpose)
);
INSERT INTO "vault_keys" VALUES('ada465810e2a40f7aebfc9874648ae6f','credentials',1,'scrypt',16384,8,1,X'57E7195C7C21F7196B62B442A4859F0D',X'DDC43A0C3B60F18EFDA435CDE5B9A9D7B58369AB66A73B07D5BB9728C9AF050F0A4E9945AB599D64AEAD842B203DA05D1B167DCF6EE87904B83AB432',X'C386F2784FC232DDD211F674A892F436D2E76B6CD64740B0996B9F4D2E5BAAE9',X'B310FC8CD70842E1C9176845AF8EB65B6AE2A96838F5F4FA11FA2C115FA92621','2026-11-25T04:55:42.191+00:00','2026-11-25T04:55:42.191+00:00');
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',4);
INSERT INTO "sqlite_sequence" VALUES('assets',2);
INSERT INTO "sqlite_sequence" VALUES('oauth_clients',1);
INSERT INTO "sqlite_sequence" VALUES('checks',2);
INSERT INTO "sqlite_sequence" VALUES('grant_events',3);
COMMIT;
