-- AlterTable
ALTER TABLE "section_body" ADD COLUMN     "summary" JSONB;

-- What was understood stays understood. The column `projection` is no longer written; it goes one release later.
UPDATE "section_body" SET "summary" = CASE "name"
  WHEN 'system' THEN jsonb_build_object('os',
    nullif(concat_ws(' ', "projection" -> 'os' ->> 'distribution', "projection" -> 'os' ->> 'release'), ''))
  WHEN 'pythons' THEN jsonb_build_object('pythons',
    CASE WHEN jsonb_typeof("projection" -> 'pythons') = 'array' THEN jsonb_array_length("projection" -> 'pythons') END)
  ELSE '{}'::jsonb END
WHERE "projection" IS NOT NULL;
