-- AlterTable
ALTER TABLE "job" ADD COLUMN     "proof" JSONB,
ADD COLUMN     "waits_for" JSONB;
