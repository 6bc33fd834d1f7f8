-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "fleet" (
    "id" UUID NOT NULL,
    "single" BOOLEAN NOT NULL DEFAULT true,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fleet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "agent_version" TEXT,
    "permits" TEXT[],
    "allow_list_digest" TEXT,
    "interception" BOOLEAN NOT NULL DEFAULT false,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen" TIMESTAMPTZ(3),
    "boot_id" TEXT,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_connection" (
    "host_id" UUID NOT NULL,
    "process" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_connection_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "host_section" (
    "id" BIGSERIAL NOT NULL,
    "host_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "seen_from" TIMESTAMPTZ(3) NOT NULL,
    "seen_to" TIMESTAMPTZ(3),

    CONSTRAINT "host_section_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "section_body" (
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,
    "projection" JSONB,
    "stored_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "section_body_pkey" PRIMARY KEY ("name","digest")
);

-- CreateTable
CREATE TABLE "section_anchor" (
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "operating_system" BOOLEAN NOT NULL,

    CONSTRAINT "section_anchor_pkey" PRIMARY KEY ("name","digest","sha256")
);

-- CreateTable
CREATE TABLE "certificate" (
    "sha256" TEXT NOT NULL,
    "der" BYTEA NOT NULL,
    "sha1" TEXT NOT NULL,
    "spki_sha256" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "common_name" TEXT,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "key_type" TEXT NOT NULL,
    "key_bits" INTEGER,
    "signature_algorithm" TEXT NOT NULL,
    "is_authority" BOOLEAN NOT NULL,
    "self_signed" BOOLEAN NOT NULL,
    "serial" TEXT NOT NULL,

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "certificate_rejection" (
    "sha256" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "rejected_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "certificate_rejection_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "enrolment_token" (
    "id" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "max_uses" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "enrolment_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setup_token" (
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "setup_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "policy" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "position" SERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "finding" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "host_id" UUID NOT NULL,
    "policy_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "subject" JSONB NOT NULL,
    "anchor_sha256" TEXT,
    "anchor_name" TEXT,
    "evidence" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "since" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "artifact" (
    "sha256" TEXT NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "order_artifact" (
    "order_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,

    CONSTRAINT "order_artifact_pkey" PRIMARY KEY ("order_id","sha256")
);

-- CreateTable
CREATE TABLE "order" (
    "id" UUID NOT NULL,
    "remedy" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "anchor_sha256" TEXT,
    "anchor_name" TEXT,
    "parameters" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "seq" BIGINT NOT NULL,
    "targets" INTEGER NOT NULL,
    "envelope" JSONB NOT NULL,

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "last_event_index" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "deliver_by" TIMESTAMPTZ(3) NOT NULL,
    "execution_timeout_ms" INTEGER NOT NULL,
    "offered_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "envelope" JSONB NOT NULL,
    "plan" JSONB,
    "before" JSONB,
    "after" JSONB,
    "undone" BOOLEAN,
    "result_signed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_event" (
    "job_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "step" TEXT,
    "detail" TEXT,
    "outcome" TEXT NOT NULL,
    "signature_valid" BOOLEAN NOT NULL,
    "raw" TEXT NOT NULL,

    CONSTRAINT "job_event_pkey" PRIMARY KEY ("job_id","event_id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'none',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "user_id" TEXT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "fleet_single_key" ON "fleet"("single");

-- CreateIndex
CREATE INDEX "host_name_id_idx" ON "host"("name", "id");

-- CreateIndex
CREATE INDEX "host_enrolled_at_id_idx" ON "host"("enrolled_at", "id");

-- CreateIndex
CREATE INDEX "host_connection_process_idx" ON "host_connection"("process");

-- CreateIndex
CREATE INDEX "host_section_name_digest_idx" ON "host_section"("name", "digest");

-- CreateIndex
CREATE INDEX "host_section_host_id_name_seen_from_idx" ON "host_section"("host_id", "name", "seen_from");

-- CreateIndex
CREATE INDEX "section_anchor_sha256_operating_system_idx" ON "section_anchor"("sha256", "operating_system");

-- CreateIndex
CREATE UNIQUE INDEX "enrolment_token_hash_key" ON "enrolment_token"("hash");

-- CreateIndex
CREATE INDEX "finding_host_id_state_idx" ON "finding"("host_id", "state");

-- CreateIndex
CREATE INDEX "finding_state_since_id_idx" ON "finding"("state", "since", "id");

-- CreateIndex
CREATE UNIQUE INDEX "order_seq_key" ON "order"("seq");

-- CreateIndex
CREATE INDEX "order_created_at_id_idx" ON "order"("created_at", "id");

-- CreateIndex
CREATE INDEX "job_host_id_state_not_before_idx" ON "job"("host_id", "state", "not_before");

-- CreateIndex
CREATE INDEX "job_state_not_before_idx" ON "job"("state", "not_before");

-- CreateIndex
CREATE INDEX "job_created_at_id_idx" ON "job"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "job_order_id_host_id_key" ON "job"("order_id", "host_id");

-- CreateIndex
CREATE INDEX "job_event_job_id_index_idx" ON "job_event"("job_id", "index");

-- CreateIndex
CREATE UNIQUE INDEX "user_email_key" ON "user"("email");

-- CreateIndex
CREATE UNIQUE INDEX "session_token_key" ON "session"("token");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "account_user_id_idx" ON "account"("user_id");

-- CreateIndex
CREATE INDEX "verification_identifier_idx" ON "verification"("identifier");

-- AddForeignKey
ALTER TABLE "host_connection" ADD CONSTRAINT "host_connection_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_section" ADD CONSTRAINT "host_section_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_section" ADD CONSTRAINT "host_section_name_digest_fkey" FOREIGN KEY ("name", "digest") REFERENCES "section_body"("name", "digest") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "section_anchor" ADD CONSTRAINT "section_anchor_name_digest_fkey" FOREIGN KEY ("name", "digest") REFERENCES "section_body"("name", "digest") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policy"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_artifact" ADD CONSTRAINT "order_artifact_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_artifact" ADD CONSTRAINT "order_artifact_sha256_fkey" FOREIGN KEY ("sha256") REFERENCES "artifact"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "host"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_event" ADD CONSTRAINT "job_event_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma cannot say ---------------------------------------------------------------------------------------------

-- At most one current row of a host's section, and one open finding of a policy's key: races lose here, not in code.
CREATE UNIQUE INDEX "host_section_current" ON "host_section" ("host_id", "name") WHERE "seen_to" IS NULL;
CREATE INDEX "host_section_current_body" ON "host_section" ("name", "digest") WHERE "seen_to" IS NULL;
CREATE UNIQUE INDEX "finding_open" ON "finding" ("host_id", "policy_id", "key") WHERE "state" = 'open';
CREATE INDEX "finding_open_anchor" ON "finding" ("anchor_sha256", "host_id") WHERE "state" = 'open';

-- orderSeq of the signed order (protocol.md): grows over all processes.
CREATE SEQUENCE "order_seq" AS bigint START 1;

-- last_seen moves all the time and is not indexed: room in the page keeps these updates from touching any index (HOT).
ALTER TABLE "host" SET (fillfactor = 70);
