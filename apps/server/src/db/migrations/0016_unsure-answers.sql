-- Answers from before it was asked whether a receiver's host is private: it may have been.
UPDATE "webhook_deliveries" SET "attempts" = (
  SELECT jsonb_agg(CASE WHEN "attempt" -> 'isAnswerKept' IS NULL THEN "attempt" - 'answer' ELSE "attempt" END ORDER BY "position")
  FROM jsonb_array_elements("attempts") WITH ORDINALITY AS "each"("attempt", "position")
)
WHERE jsonb_path_exists("attempts", '$[*] ? (exists(@.answer) && !exists(@.isAnswerKept))');
