import { Button, FileButton, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Copy } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { took } from "@/part/moment";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { useHead } from "./data";
import classes from "./records.module.css";
import { able, type Report, verify } from "./verify";

const t = text.records;

interface Outcome {
  report: Report;
  ms: number;
  of: string;
}

/** Exports the bundle of a deployment, and verifies it, or a file, in this browser. */
export function Verify({ id }: { id: string }) {
  const head = useHead();
  const [kept, setKept] = useState<string>();
  const written = kept ?? head.data?.keys.record.join("\n") ?? "";
  const trusted = written.split(/\s+/).filter((key) => key !== "");
  const check = useMutation({
    mutationFn: async ({ of, bytes }: { of: string; bytes: () => Promise<ArrayBuffer> }): Promise<Outcome> => {
      if (!(await able())) {
        throw new Error(t.unable);
      }
      const bundle = new Uint8Array(await bytes());
      const begun = performance.now();
      const report = await verify(bundle, trusted);
      return { report, ms: performance.now() - begun, of };
    },
  });
  const ours = () => ask(api.GET("/api/v1/deployments/{deployment}/bundle", { params: { path: { deployment: id } }, parseAs: "arrayBuffer" }));
  const save = useMutation({
    mutationFn: async () => {
      const url = URL.createObjectURL(new Blob([await ours()]));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${id}.tranship-record`;
      link.click();
      URL.revokeObjectURL(url);
    },
  });
  return (
    <aside className="stack">
      <section className="card">
        <header>
          <Icon name="seal" />
          <h2>{t.verifyHere}</h2>
        </header>
        <div className="body stack close">
          <p className="ink2">{t.verifyHint}</p>
          <div className="row wrap">
            <Button variant="filled" loading={check.isPending} disabled={head.data === undefined} onClick={() => check.mutate({ of: id, bytes: ours })}>
              {t.verifyHere}
            </Button>
            <FileButton onChange={(file) => file !== null && check.mutate({ of: file.name, bytes: () => file.arrayBuffer() })} inputProps={{ "aria-label": t.verifyFile }}>
              {(props) => <Button {...props}>{t.verifyFile}</Button>}
            </FileButton>
          </div>
          <Textarea label={t.keys} description={t.keysHint} value={written} onChange={(event) => setKept(event.currentTarget.value)} autosize minRows={1} styles={{ input: { fontFamily: "var(--ts-mono)", fontSize: 12 } }} />
          {check.error === null ? null : <Failure error={check.error} />}
          {check.data === undefined ? null : <Said outcome={check.data} />}
        </div>
      </section>
      <section className="card">
        <header>
          <Icon name="download" />
          <h2>{t.export}</h2>
        </header>
        <div className="body stack close">
          <p className="ink2">{t.exportHint}</p>
          <div>
            <Button loading={save.isPending} onClick={() => save.mutate()} leftSection={<Icon name="download" />}>
              {t.export} {id}
            </Button>
          </div>
          {save.error === null ? null : <Failure error={save.error} />}
          <span className="second">{t.command}</span>
          <Copy value={`tranship record export ${id} && tranship verify ${id}.tranship-record --key ${trusted[0] ?? "KEY"}`} />
        </div>
      </section>
    </aside>
  );
}

/** What a verification came to, in plain words. */
function Said({ outcome: { report, ms, of } }: { outcome: Outcome }) {
  const { findings } = report;
  if (findings.length === 0) {
    return (
      <div role="status" className={classes["verdict"]} data-family="good" data-verdict="verified">
        <div className="row strong good">
          <Icon name="seal" /> {t.verified}
        </div>
        <ul className={classes["plain"]}>
          <li>{t.holds.entries(report.entries, report.size)}</li>
          <li>{t.holds.chain(report.entries, report.subject)}</li>
          <li>{t.holds.statement}</li>
          <li>{t.holds.signed(report.signedBy.join(", "))}</li>
        </ul>
        <div className="second">
          {of}. {t.verifiedIn(took(ms))}
        </div>
      </div>
    );
  }
  return (
    <div role="alert" className={classes["verdict"]} data-family="bad" data-verdict="broken">
      <div className="row strong bad">
        <Icon name="octagon" /> {t.notVerified(findings.length)}
      </div>
      <div>{t.notVerifiedDetail}</div>
      <ul className={classes["plain"]}>
        {findings.map((f) => (
          <li key={`${f.where} ${f.message}`}>
            <code>{f.where}</code> {f.message}
          </li>
        ))}
      </ul>
      <div className="second">{of}</div>
    </div>
  );
}
