CREATE TABLE "tool_calls" (
	"ordinal" bigint PRIMARY KEY NOT NULL,
	"result_ordinal" bigint,
	"conversation_id" text NOT NULL,
	"call_id" text NOT NULL,
	"name" text NOT NULL,
	"arguments" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"output" text,
	"requested_at" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone,
	CONSTRAINT "tool_calls_state" CHECK ("tool_calls"."state" in ('open', 'answered', 'timed-out', 'unanswered')),
	CONSTRAINT "tool_calls_result" CHECK (num_nonnulls("tool_calls"."output", "tool_calls"."answered_at", "tool_calls"."result_ordinal") = case when "tool_calls"."state" = 'answered' then 3 else 0 end)
);
--> statement-breakpoint
ALTER TABLE "tool_calls" ADD CONSTRAINT "tool_calls_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tool_calls_conversation" ON "tool_calls" USING btree ("conversation_id","ordinal");--> statement-breakpoint
-- Calls of tools, and their results, were messages with JSON of ours. Any other text, and results that answer no call, stay messages.
CREATE FUNCTION "read_tool_message"("said" text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  "parsed" jsonb;
BEGIN
  IF "said" NOT LIKE '{"callId":"%' THEN
    RETURN NULL;
  END IF;
  "parsed" := "said"::jsonb;
  IF "parsed" - 'callId' - 'name' - 'arguments' = '{}' AND "parsed" ?& ARRAY['callId', 'name', 'arguments']
    OR "parsed" - 'callId' - 'output' = '{}' AND "parsed" ?& ARRAY['callId', 'output'] THEN
    IF NOT EXISTS (SELECT FROM jsonb_each("parsed") AS "part" WHERE jsonb_typeof("part"."value") <> 'string') THEN
      RETURN "parsed";
    END IF;
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  -- Cut short, or with characters that no text of the database holds.
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- The result of a call is what was told next of the same id: a second one, which did not count, stays a message.
WITH "told" AS MATERIALIZED (
  SELECT "ordinal", "conversation_id", "at", "read_tool_message"("text") AS "parsed" FROM "messages" WHERE "role" = 'tool'
), "paired" AS (
  SELECT "told".*,
    lead("ordinal") OVER "of_call" AS "next_ordinal",
    lead("at") OVER "of_call" AS "next_at",
    lead("parsed" ->> 'output') OVER "of_call" AS "next_output"
  FROM "told" WHERE "parsed" IS NOT NULL
  WINDOW "of_call" AS (PARTITION BY "conversation_id", "parsed" ->> 'callId' ORDER BY "ordinal")
)
INSERT INTO "tool_calls"
  ("ordinal", "conversation_id", "call_id", "name", "arguments", "requested_at", "state", "output", "result_ordinal", "answered_at")
SELECT "paired"."ordinal", "conversation_id", "parsed" ->> 'callId', "parsed" ->> 'name', "parsed" ->> 'arguments', "at",
  CASE WHEN "next_output" IS NOT NULL THEN 'answered' WHEN "conversations"."status" = 0 THEN 'open' ELSE 'unanswered' END,
  "next_output",
  CASE WHEN "next_output" IS NOT NULL THEN "next_ordinal" END,
  CASE WHEN "next_output" IS NOT NULL THEN "next_at" END
FROM "paired" JOIN "conversations" ON "conversations"."id" = "conversation_id"
WHERE "parsed" ? 'name';
--> statement-breakpoint
DELETE FROM "messages" WHERE "ordinal" IN (
  SELECT "ordinal" FROM "tool_calls" UNION ALL SELECT "result_ordinal" FROM "tool_calls" WHERE "result_ordinal" IS NOT NULL
);
--> statement-breakpoint
DROP FUNCTION "read_tool_message"(text);
