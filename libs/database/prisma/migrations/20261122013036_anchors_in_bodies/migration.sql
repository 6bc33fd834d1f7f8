-- A row for each anchor of each body cost more than the body itself: 140 rows in two indexes for one changed trust store.

-- AlterTable
ALTER TABLE "section_body" ADD COLUMN     "anchors" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "os_anchors" TEXT[] DEFAULT ARRAY[]::TEXT[];

UPDATE "section_body" b SET "anchors" = a."anchors", "os_anchors" = a."os_anchors"
FROM (SELECT "name", "digest", array_agg("sha256") AS "anchors",
             coalesce(array_agg("sha256") FILTER (WHERE "operating_system"), ARRAY[]::TEXT[]) AS "os_anchors"
      FROM "section_anchor" GROUP BY "name", "digest") a
WHERE b."name" = a."name" AND b."digest" = a."digest";

-- DropForeignKey
ALTER TABLE "section_anchor" DROP CONSTRAINT "section_anchor_name_digest_fkey";

-- DropTable
DROP TABLE "section_anchor";

-- CreateIndex
CREATE INDEX "section_body_os_anchors_idx" ON "section_body" USING GIN ("os_anchors");

-- Digests do not compress; trying to cost a third of storing a body.
ALTER TABLE "section_body" ALTER COLUMN "bytes" SET STORAGE EXTERNAL,
ALTER COLUMN "anchors" SET STORAGE EXTERNAL,
ALTER COLUMN "os_anchors" SET STORAGE EXTERNAL;
