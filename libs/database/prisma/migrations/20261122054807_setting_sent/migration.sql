-- AlterTable
ALTER TABLE "host_setting" ADD COLUMN     "sent_at" TIMESTAMPTZ(3);

-- Of those that wait now nobody knows whether they left; a new secret did not unless its hash is at the host.
UPDATE "host_setting" s SET "sent_at" = s."created_at" FROM "host" h
WHERE h."id" = s."host_id" AND s."state" = 'pending' AND (NOT s."new_secret" OR h."next_secret_hash" IS NOT NULL);
