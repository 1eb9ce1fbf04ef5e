ALTER TABLE "licence_keys" ADD COLUMN "is_public" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- The keys that every start before this one showed on the first page.
UPDATE "licence_keys" SET "is_public" = true WHERE "project_id" = 'd653ec12d130e58bd8ad95098dd74dbd' AND "name" IN ('Demo', 'Demo (from configuration)');
