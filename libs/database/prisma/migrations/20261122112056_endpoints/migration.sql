-- CreateTable
CREATE TABLE "endpoint" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "clients" TEXT[],
    "group_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "endpoint_group_id_idx" ON "endpoint"("group_id");

-- AddForeignKey
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "host_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Prisma cannot say that two rows without a group count as the same group.
CREATE UNIQUE INDEX "endpoint_address_key" ON "endpoint"("host", "port", "group_id") NULLS NOT DISTINCT;
