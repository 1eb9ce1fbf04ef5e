ALTER TABLE "avatars" ADD COLUMN "stored_bundle" jsonb;--> statement-breakpoint
ALTER TABLE "projects" DROP COLUMN "making_turn_at";