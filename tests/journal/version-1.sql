BEGIN TRANSACTION;
CREATE TABLE courses (
	target TEXT NOT NULL, 
	business_id BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	course_id BIGINT, 
	reason TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	ended_at TEXT, 
	candidates TEXT DEFAULT '[]' NOT NULL, 
	deferrals INTEGER DEFAULT '0' NOT NULL, 
	said_by TEXT, 
	PRIMARY KEY (target, business_id, "key")
)
 WITHOUT ROWID

;
INSERT INTO "courses" VALUES('spaces.example.com/importer@example.com',5,'pottery','in_doubt','{"Title": "Pottery", "SystemId": "t"}',NULL,'HTTP 500','run-1',2,'2026-01-31T12:05:00+00:00','[8, 9]',0,NULL);
CREATE TABLE findings (
	position INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	"row" INTEGER, 
	cell TEXT, 
	"column" TEXT, 
	property_name TEXT, 
	value TEXT, 
	code TEXT NOT NULL, 
	message TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	stage TEXT NOT NULL, 
	PRIMARY KEY (position)
);
INSERT INTO "findings" VALUES(1,'run-1',NULL,NULL,NULL,NULL,NULL,'not-imported','Notes','warning','tidy');
INSERT INTO "findings" VALUES(2,'run-1',3,'B3','Trainer','HostId',NULL,'required','is blank','fault','check');
CREATE TABLE meta (
	schema_version INTEGER NOT NULL, 
	PRIMARY KEY (schema_version)
);
INSERT INTO "meta" VALUES(1);
CREATE TABLE requests (
	number INTEGER NOT NULL, 
	target TEXT, 
	host TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	"row" INTEGER, 
	method TEXT NOT NULL, 
	path TEXT NOT NULL, 
	sent_at TEXT NOT NULL, 
	answered_at TEXT, 
	status INTEGER, 
	told TEXT, 
	PRIMARY KEY (number)
);
INSERT INTO "requests" VALUES(1,'spaces.example.com/importer@example.com','spaces.example.com','run-1',2,'POST','/api/content/courses','2026-01-31T12:05:00+00:00','2026-01-31T12:05:00+00:00',500,'Ooops!');
CREATE TABLE rows (
	run_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	"key" TEXT, 
	title TEXT, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	course_id BIGINT, 
	found BOOLEAN NOT NULL, 
	candidates TEXT NOT NULL, 
	PRIMARY KEY (run_id, number)
)
 WITHOUT ROWID

;
INSERT INTO "rows" VALUES('run-1',2,'course 2','Course 2','in_doubt','HTTP 500',NULL,0,'[8, 9]');
INSERT INTO "rows" VALUES('run-1',3,'course 3','Course 3','invalid','new',NULL,0,'[]');
CREATE TABLE runs (
	run_id TEXT NOT NULL, 
	command TEXT NOT NULL, 
	target TEXT, 
	rehearsal BOOLEAN NOT NULL, 
	path TEXT NOT NULL, 
	sheet TEXT, 
	sha256 TEXT, 
	started_at TEXT NOT NULL, 
	finished_at TEXT, 
	stop_code INTEGER, 
	stop_reason TEXT, 
	version TEXT NOT NULL, 
	folder TEXT, 
	PRIMARY KEY (run_id)
);
INSERT INTO "runs" VALUES('run-1','import','spaces.example.com/importer@example.com',0,'courses.xlsx','Plan','ab','2026-01-31T12:00:00+00:00','2026-01-31T12:06:00+00:00',NULL,NULL,'0.1.0','reports/one');
CREATE TABLE snapshots (
	target TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	business_id BIGINT NOT NULL, 
	ids TEXT NOT NULL, 
	PRIMARY KEY (target, run_id, business_id)
);
CREATE INDEX ix_findings_run_id ON findings (run_id);
COMMIT;
