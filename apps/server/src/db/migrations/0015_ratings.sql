ALTER TABLE "conversations" ADD COLUMN "rating" smallint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "rating_text" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_rated" ON "conversations" USING btree ("project_id","ordinal") WHERE "conversations"."rating" is not null;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_rating" CHECK ("conversations"."rating" in (-1, 1));