import { ActionIcon, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Schema } from "@/api/client";
import { ChangeTag, FromTo } from "@/part/Change";
import { Failure } from "@/part/Failure";
import { Loading } from "@/part/Loading";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./library.module.css";
import { differenceQuery, volume } from "./query";

const t = text.library;
type FileState = Schema["LibraryContentFile"];

/** What two versions have differently: the parts they are made of, and their files. */
export function Difference({ component, from, to, versions }: { component: string; from: string | undefined; to: string | undefined; versions: readonly string[] }) {
  const navigate = useNavigate();
  const go = (a: string, b: string) => void navigate({ to: "/library/$component/compare/$pair", params: { component, pair: `${a}..${b}` }, resetScroll: false });
  if (from === undefined || to === undefined) {
    return (
      <section className="card" aria-label={t.difference}>
        <header>
          <h2>{t.difference}</h2>
        </header>
        <div className="body ink2">{t.oneVersion}</div>
      </section>
    );
  }
  const offered = [...new Set([...versions, from, to])];
  return (
    <section className="card" aria-label={t.difference} id="difference">
      <header>
        <h2>{t.difference}</h2>
        <Select size="xs" w={130} aria-label={t.from} data={offered} value={from} onChange={(value) => go(value ?? from, to)} searchable allowDeselect={false} />
        <ActionIcon variant="subtle" color="gray" aria-label={t.swap} title={t.swap} onClick={() => go(to, from)}>
          <Icon name="arrow" />
        </ActionIcon>
        <Select size="xs" w={130} aria-label={t.to} data={offered} value={to} onChange={(value) => go(from, value ?? to)} searchable allowDeselect={false} />
      </header>
      <Found component={component} from={from} to={to} />
    </section>
  );
}

function Found({ component, from, to }: { component: string; from: string; to: string }) {
  const { data, error, refetch } = useQuery(differenceQuery(component, from, to));
  if (error !== null) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  if (data === undefined) {
    return <Loading rows={4} />;
  }
  if (data.sameDigest) {
    return <div className="body ink2">{t.sameDigest}</div>;
  }
  const nothing = data.partCount + data.fileCount === 0 && data.filesWhy === undefined;
  return (
    <>
      {nothing ? <div className="body ink2">{t.noDifference}</div> : null}
      {data.partCount === 0 ? null : (
        <Group title={t.partsTitle(data.partCount)} shown={data.parts.length} all={data.partCount}>
          {data.parts.map((part) => (
            <li key={part.name}>
              <ChangeTag kind={part.change} />
              <code className="grow cut">{part.name}</code>
              <FromTo before={part.before} after={part.after} />
            </li>
          ))}
        </Group>
      )}
      {data.fileCount === 0 ? null : (
        <Group title={t.filesTitle(data.fileCount)} shown={data.files.length} all={data.fileCount}>
          {data.files.map((file) => (
            <li key={file.path}>
              <ChangeTag kind={file.change} />
              <code className="grow cut" title={file.path}>
                {file.path}
              </code>
              <Sizes before={file.before} after={file.after} />
            </li>
          ))}
        </Group>
      )}
      <div className={classes["why"]}>
        {data.partsWhy === undefined ? null : <p className="second">{t.partsWhy(data.partsWhy)}</p>}
        {data.filesWhy === undefined ? null : <p className="second">{t.filesWhy(data.filesWhy)}</p>}
      </div>
    </>
  );
}

function Group({ title, shown, all, children }: { title: string; shown: number; all: number; children: React.ReactNode }) {
  return (
    <div>
      <h3 className={classes["group"]}>{title}</h3>
      <ul className={classes["changes"]}>{children}</ul>
      {shown < all ? <p className={`second ${classes["why"] ?? ""}`}>{t.onlyFirst(shown, all)}</p> : null}
    </div>
  );
}

function Sizes({ before, after }: { before?: FileState | undefined; after?: FileState | undefined }) {
  if (before !== undefined && after !== undefined && sayFile(before) === sayFile(after)) {
    return <span className="ink3">{t.sameSize(volume(after.size))}</span>;
  }
  return <FromTo before={before === undefined ? undefined : sayFile(before)} after={after === undefined ? undefined : sayFile(after)} />;
}

function sayFile(file: FileState): string {
  const what = file.link === undefined ? volume(file.size) : `${t.link} ${file.link}`;
  return file.executable === true ? `${what}, ${t.executable}` : what;
}
