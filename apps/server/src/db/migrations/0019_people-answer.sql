ALTER TABLE "messages" ADD COLUMN "by" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "snippets" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_by" CHECK ("messages"."by" in ('operator'));