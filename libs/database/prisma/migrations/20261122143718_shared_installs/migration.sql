-- CreateTable
CREATE TABLE "shared_install" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "content" TEXT,
    "version" TEXT,
    "server" TEXT NOT NULL,
    "sort_key" TEXT NOT NULL,

    CONSTRAINT "shared_install_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "section_install" (
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "install_id" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "mount" TEXT,

    CONSTRAINT "section_install_pkey" PRIMARY KEY ("name","digest","position")
);

-- CreateIndex
CREATE INDEX "shared_install_sort_key_id_idx" ON "shared_install"("sort_key", "id");

-- CreateIndex
CREATE INDEX "shared_install_place_idx" ON "shared_install"("place");

-- CreateIndex
CREATE INDEX "shared_install_server_idx" ON "shared_install"("server");

-- CreateIndex
CREATE INDEX "section_install_install_id_idx" ON "section_install"("install_id");

-- AddForeignKey
ALTER TABLE "section_install" ADD CONSTRAINT "section_install_name_digest_fkey" FOREIGN KEY ("name", "digest") REFERENCES "section_body"("name", "digest") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "section_install" ADD CONSTRAINT "section_install_install_id_fkey" FOREIGN KEY ("install_id") REFERENCES "shared_install"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
