ALTER TABLE "avatars" ADD COLUMN "remembers" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "caller_id" text;--> statement-breakpoint
ALTER TABLE "browser_tokens" ADD COLUMN "caller_id" text;--> statement-breakpoint
CREATE INDEX "conversations_caller" ON "conversations" USING btree ("project_id","caller_id","avatar_id","ordinal") WHERE "conversations"."caller_id" is not null;