ALTER TABLE "avatar_jobs" ADD COLUMN "turn" text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE "avatar_jobs" SET "turn" = coalesce(
  (select min("user_id") from "project_members" where "project_members"."project_id" = "avatars"."project_id" and "role" = 'owner'),
  "avatars"."project_id", '')
FROM "avatars" WHERE "avatars"."id" = "avatar_jobs"."avatar_id";
