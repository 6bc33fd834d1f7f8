-- Groups, permissions, audit, history's actors, the whole life of a job: what an IT department asks before it lets this near root.

-- AlterTable
ALTER TABLE "fleet" ADD COLUMN     "key_set" JSONB;

-- AlterTable
ALTER TABLE "host" ADD COLUMN     "clock_offset_ms" INTEGER,
ADD COLUMN     "group_id" UUID,
ADD COLUMN     "instance_returns" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "instances" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "key_set_version" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "next_secret_hash" TEXT,
ADD COLUMN     "quarantine" TEXT,
ADD COLUMN     "quarantined_at" TIMESTAMPTZ(3),
ADD COLUMN     "revoked_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "enrolment_token" ADD COLUMN     "group_id" UUID;

-- AlterTable
ALTER TABLE "order" ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "undoes" UUID;

-- AlterTable
ALTER TABLE "job" ADD COLUMN     "cancel_requested_at" TIMESTAMPTZ(3),
ADD COLUMN     "effective" TEXT,
ADD COLUMN     "next_at" TIMESTAMPTZ(3),
ADD COLUMN     "undoes" UUID,
ADD COLUMN     "window_ms" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "user" ADD COLUMN     "all_groups" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "groups" UUID[] DEFAULT ARRAY[]::UUID[];

-- CreateTable
CREATE TABLE "host_group" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_setting" (
    "id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "candidate" JSONB NOT NULL,
    "new_secret" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "detail" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_setting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT,
    "subject_name" TEXT,
    "detail" TEXT NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "invitation" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "all_groups" BOOLEAN NOT NULL,
    "groups" UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "host_group_name_key" ON "host_group"("name");

-- CreateIndex
CREATE INDEX "host_setting_host_id_created_at_idx" ON "host_setting"("host_id", "created_at");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- CreateIndex
CREATE INDEX "audit_entry_subject_kind_subject_id_idx" ON "audit_entry"("subject_kind", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_hash_key" ON "invitation"("hash");

-- CreateIndex
CREATE INDEX "host_group_id_idx" ON "host"("group_id");

-- CreateIndex
CREATE INDEX "order_undoes_idx" ON "order"("undoes");

-- CreateIndex
CREATE INDEX "job_undoes_idx" ON "job"("undoes");

-- AddForeignKey
ALTER TABLE "host" ADD CONSTRAINT "host_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "host_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_setting" ADD CONSTRAINT "host_setting_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrolment_token" ADD CONSTRAINT "enrolment_token_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "host_group"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What Prisma cannot say ---------------------------------------------------------------------------------------------

-- One default group; every host that is there already belongs to it.
CREATE UNIQUE INDEX "host_group_default" ON "host_group" ("is_default") WHERE "is_default";
INSERT INTO "host_group" ("name", "is_default") VALUES ('Workstations', true);
UPDATE "host" SET "group_id" = (SELECT "id" FROM "host_group" WHERE "is_default");
ALTER TABLE "host" ALTER COLUMN "group_id" SET NOT NULL;

-- At most one pending change of a host's own connection.
CREATE UNIQUE INDEX "host_setting_pending" ON "host_setting" ("host_id") WHERE "state" = 'pending';

-- An audit entry is written once. Who owns the database can switch this off; the chain of hashes then shows it.
CREATE FUNCTION "audit_entry_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$;
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION "audit_entry_is_append_only"();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_entry_is_append_only"();
