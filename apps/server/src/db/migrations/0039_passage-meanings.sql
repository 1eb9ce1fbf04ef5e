ALTER TABLE "knowledge_passages" ADD COLUMN "embedding" "bytea";--> statement-breakpoint
ALTER TABLE "knowledge_passages" ADD COLUMN "embedding_model" text;