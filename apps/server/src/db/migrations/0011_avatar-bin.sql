ALTER TABLE "avatars" ADD COLUMN "binned_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "avatar_jobs" ADD COLUMN "picture" "bytea";--> statement-breakpoint
CREATE INDEX "avatars_binned" ON "avatars" USING btree ("binned_at") WHERE "avatars"."binned_at" is not null;