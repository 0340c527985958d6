PRAGMA application_id=1349481332;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
);
INSERT INTO "assets" VALUES(1,'Ärger & Söhne','Ärger.&.Söhne@example.com','custom','password','smtp.example.com',587,'starttls','','','','','',0,'ärger & söhne','ärger.&.söhne@example.com','arger-sohne.2f6aqybl6b5vibknhijn@in.example.com',1,'2026-11-25T03:48:13.767+00:00','2026-11-25T03:48:13.767+00:00');
INSERT INTO "assets" VALUES(2,'Help desk','Help.desk@example.com','custom','password','smtp.example.com',587,'none','','','','O''Hara''s; it''s','',1,'help desk','help.desk@example.com','',1,'2026-11-25T03:48:13.775+00:00','2026-11-25T03:48:13.775+00:00');
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
INSERT INTO "audit" VALUES(1,'2026-11-25T03:48:13.764+00:00','operator','192.0.2.7','vault created',NULL,'','');
INSERT INTO "audit" VALUES(2,'2026-11-25T03:48:13.773+00:00','operator','192.0.2.7','asset created',1,'Ärger & Söhne','Ärger.&.Söhne@example.com');
INSERT INTO "audit" VALUES(3,'2026-11-25T03:48:13.776+00:00','operator','192.0.2.7','asset created',2,'Help desk','Help.desk@example.com');
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
CREATE TABLE secrets (
	owner VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	key_id INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	changed_at VARCHAR NOT NULL, 
	PRIMARY KEY (owner, name)
);
INSERT INTO "secrets" VALUES('asset:1','password',1,X'011D418CE9DE4C0BCC45B08723BB00DBD868646FCDA99B1A0F5E6554D3F150818B937E271CDDDDA9D3BFD3B69892B006FE','2026-11-25T03:48:13.772+00:00');
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
INSERT INTO "vault_keys" VALUES('c19c9383e7fc4060bcea842c31590709','credentials',1,'scrypt',16384,8,1,X'2EE5CC24A013F8165A133BB274889637',X'751CD34E9B884D7DDE1F057BE6347DAC6237DA3112F858DBFB8D011314613E0C52D0501CB95ABE645F9EB39462DC8940B5879588723CA6A51F370C39',X'7D53BEA106FF2AA0DAB28FFBBFC333EF7289F967AD4ED1F1E4AC7666019C50E4',X'BBD25FA4F65A5998D18337B10E58925431315DCFA9E5C043510C75CD611FC5BE','2026-11-25T03:48:13.761+00:00','2026-11-25T03:48:13.761+00:00');
CREATE UNIQUE INDEX assets_name ON assets (name_key);
CREATE UNIQUE INDEX assets_address ON assets (address_key);
CREATE UNIQUE INDEX assets_forwarding_address ON assets (forwarding_address) WHERE forwarding_address != '';
CREATE INDEX checks_asset ON checks (asset_id, id);
CREATE INDEX audit_asset ON audit (asset_id, id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',3);
INSERT INTO "sqlite_sequence" VALUES('assets',2);
INSERT INTO "sqlite_sequence" VALUES('checks',2);
COMMIT;
