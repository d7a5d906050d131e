import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Copy } from "@/part/Copy";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./library.module.css";
import { contentQuery, type Version, volume } from "./query";
import { AskedStep, Detail, Step } from "./step";

const t = text.library;
type Blob = Schema["LibraryAttachedBlob"];

/** What a version is made of, as its bills of materials say; and what else was pushed about it. */
export function Contents({ version: v }: { version: Version }) {
  const content = useQuery(contentQuery(v.component, v.version));
  return <AskedStep of={content}>{(data) => <Known version={v} data={data} />}</AskedStep>;
}

function Known({ version: v, data }: { version: Version; data: Schema["VersionContent"] }) {
  const [open, setOpen] = useState(false);
  const known = data.parts.length > 0;
  const inside = !v.reference.startsWith("oci://");
  return (
    <Step icon={known ? "disc" : "dot"} family={known ? "good" : "mute"} title={t.contents}>
      {known ? (
        <span className="row wrap">
          {t.partsKnown(data.parts.length)}
          <Button size="compact-xs" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? t.hideParts : t.showParts}
          </Button>
        </span>
      ) : (
        <span className="ink3">{data.materials}</span>
      )}
      {open ? (
        <ul className={classes["parts"]}>
          {data.parts.map((part) => (
            <li key={`${part.name} ${part.version ?? ""}`} title={part.purl}>
              <span className="grow cut">{part.name}</span>
              <code className="ink2">{part.version}</code>
              <span className="second cut">{part.licence}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {known || !inside ? null : (
        <Detail>
          {t.howBill} <Copy value={t.billCommand(location.host, v.component, v.version)} />
        </Detail>
      )}
      {data.attachments.flatMap((a) => a.blobs.map((blob) => <Attached key={`${a.digest} ${blob.digest}`} version={v} blob={blob} kind={a.artifactType} />))}
    </Step>
  );
}

function Attached({ version: v, blob, kind }: { version: Version; blob: Blob; kind: string | undefined }) {
  const name = blob.title ?? kind ?? blob.mediaType;
  const fetchIt = async () => {
    const raw = await ask(api.GET("/api/v1/components/{component}/versions/{version}/attachments/{digest}", { params: { path: { component: v.component, version: v.version, digest: blob.digest } }, parseAs: "blob" }));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(raw);
    link.download = name.replace(/[^\w.-]+/g, "-");
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <span className="row">
      <Button size="compact-xs" leftSection={<Icon name="download" size={14} />} onClick={() => void fetchIt()} title={`${kind ?? blob.mediaType}, ${volume(blob.size)}`} aria-label={`${t.download} ${name}`}>
        <span className="cut">{name}</span>
      </Button>
      <span className="second">{volume(blob.size)}</span>
    </span>
  );
}
