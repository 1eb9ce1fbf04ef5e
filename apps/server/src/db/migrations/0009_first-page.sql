ALTER TABLE "avatars" ADD COLUMN "talk_page_place" integer;--> statement-breakpoint
-- Built-in avatars stay on the first page, in the order they are shipped in; those of the demo project are put there by its operator.
UPDATE "avatars" SET "talk_page_place" = "placed"."place"
FROM (SELECT "id", row_number() OVER (ORDER BY "ordinal") - 1 AS "place" FROM "avatars" WHERE "project_id" IS NULL) AS "placed"
WHERE "avatars"."id" = "placed"."id";
