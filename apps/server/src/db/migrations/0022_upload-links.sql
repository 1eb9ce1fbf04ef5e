CREATE TABLE "upload_links" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"size_bytes" bigint,
	"kind" text,
	"format" text,
	"sha256" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "upload_links_id_format" CHECK ("upload_links"."id" ~ '^[0-9a-f]{32}$'),
	CONSTRAINT "upload_links_kind" CHECK ("upload_links"."kind" in ('picture', 'video', 'sound')),
	CONSTRAINT "upload_links_whole" CHECK (("upload_links"."sha256" is null) = ("upload_links"."kind" is null) and ("upload_links"."sha256" is null or "upload_links"."size_bytes" is not null))
);
--> statement-breakpoint
ALTER TABLE "upload_links" ADD CONSTRAINT "upload_links_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "upload_links_project" ON "upload_links" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "upload_links_expires" ON "upload_links" USING btree ("expires_at");