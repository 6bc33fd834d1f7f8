-- AlterTable
ALTER TABLE "enrolment_token" ADD COLUMN     "created_by_id" TEXT,
ADD COLUMN     "revoked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "invitation" ADD COLUMN     "created_by_id" TEXT;

-- Who made those that are open now is in the audit. The others stay nobody's: they are over, or a start of the server made them.
UPDATE "invitation" i SET "created_by_id" = e."actor_id" FROM "audit_entry" e
WHERE e."subject_kind" = 'invitation' AND e."subject_id" = i."id"::text AND e."action" = 'invitation.create' AND e."actor_kind" = 'person';
UPDATE "enrolment_token" t SET "created_by_id" = e."actor_id" FROM "audit_entry" e
WHERE e."subject_kind" = 'enrolmentToken' AND e."subject_id" = t."id"::text AND e."action" = 'enrolmentToken.create' AND e."actor_kind" = 'person';

-- An account that may not (any more) make any leaves none behind.
UPDATE "invitation" i SET "used_at" = now() FROM "user" u
WHERE u."id" = i."created_by_id" AND i."used_at" IS NULL AND (u."disabled_at" IS NOT NULL OR u."role" <> 'administrator');
UPDATE "enrolment_token" t SET "revoked_at" = now() FROM "user" u
WHERE u."id" = t."created_by_id" AND t."revoked_at" IS NULL AND (u."disabled_at" IS NOT NULL OR u."role" NOT IN ('administrator', 'operator'));
