ALTER TABLE "films" ADD COLUMN "turn" text DEFAULT '' NOT NULL;--> statement-breakpoint
UPDATE "films" SET "turn" = coalesce(
  (select min("user_id") from "project_members" where "project_members"."project_id" = "films"."project_id" and "role" = 'owner'),
  "films"."project_id");
