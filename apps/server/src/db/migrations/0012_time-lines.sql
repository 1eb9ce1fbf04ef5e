ALTER TABLE "usage_days" DROP CONSTRAINT "usage_days_project_id_licence_id_day_pk";--> statement-breakpoint
ALTER TABLE "usage_days" ADD COLUMN "avatar_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_project_id_licence_id_avatar_id_day_pk" PRIMARY KEY("project_id","licence_id","avatar_id","day");--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "recording_offset_ms" integer;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "origin" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "started_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "latency_ms" integer;--> statement-breakpoint
CREATE INDEX "ledger_entries_first" ON "ledger_entries" USING btree ("project_id","ordinal") WHERE "ledger_entries"."seq" = 0;