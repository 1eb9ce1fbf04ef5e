CREATE TABLE "installation" (
	"is_this_one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" text NOT NULL,
	CONSTRAINT "installation_one" CHECK ("installation"."is_this_one"),
	CONSTRAINT "installation_id_format" CHECK ("installation"."id" ~ '^[0-9a-f]{32}$')
);
