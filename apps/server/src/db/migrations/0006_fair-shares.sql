DROP INDEX "webhook_deliveries_due";--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "bundle_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "text_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "recording_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "making_turn_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "project_id" text;--> statement-breakpoint
UPDATE "webhook_deliveries" SET "project_id" = "webhooks"."project_id" FROM "webhooks" WHERE "webhooks"."id" = "webhook_id";--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ALTER COLUMN "project_id" SET NOT NULL;--> statement-breakpoint
UPDATE "conversations" SET "text_bytes" = coalesce((SELECT sum(octet_length("text")) FROM "messages" WHERE "conversation_id" = "conversations"."id"), 0);--> statement-breakpoint
ALTER TABLE "avatar_jobs" ADD COLUMN "file_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "avatar_jobs" ADD COLUMN "failed_at" timestamp with time zone;--> statement-breakpoint
UPDATE "avatar_jobs" SET "failed_at" = now() WHERE "state" = 'failed';--> statement-breakpoint
CREATE INDEX "conversations_recorded" ON "conversations" USING btree ("project_id") WHERE "conversations"."recording_bytes" > 0;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_queue" ON "webhook_deliveries" USING btree ("project_id","due_at","ordinal") WHERE "webhook_deliveries"."state" in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "webhook_deliveries_project" ON "webhook_deliveries" USING btree ("project_id","ordinal");