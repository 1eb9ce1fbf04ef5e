CREATE TABLE "project_firsts" (
	"project_id" text NOT NULL,
	"what" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_firsts_project_id_what_pk" PRIMARY KEY("project_id","what"),
	CONSTRAINT "project_firsts_what" CHECK ("project_firsts"."what" in ('talk', 'embed', 'call'))
);
--> statement-breakpoint
ALTER TABLE "project_firsts" ADD CONSTRAINT "project_firsts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Talks from before count, as far as they and their avatars are still there.
INSERT INTO "project_firsts" ("project_id", "what")
SELECT DISTINCT "conversations"."project_id", 'talk' FROM "conversations"
INNER JOIN "avatars" ON "avatars"."id" = "conversations"."avatar_id" AND "avatars"."project_id" = "conversations"."project_id";
