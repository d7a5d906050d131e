import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { Copy } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import { useHead } from "./data";
import classes from "./records.module.css";

const t = text.records;

/** The size and the signature of the whole record, and its check by the server. */
export function Whole() {
  const head = useHead();
  const check = useMutation({ mutationFn: () => ask(api.POST("/api/v1/record/verify", { body: {} })) });
  const findings = check.data?.findings ?? [];
  return (
    <section className="card">
      <header>
        <h2>{t.whole}</h2>
      </header>
      <div className="body stack">
        {head.error === null ? null : <Failure error={head.error} />}
        {head.data === undefined ? null : (
          <>
            <div className="stack tight">
              <b>{t.size(head.data.head.size)}</b>
              <span className="second">{t.root}</span>
              <Copy value={head.data.head.root} />
            </div>
            <div className="stack close">
              <span className="second">{t.checkpointHint}</span>
              <div>
                <Button component="a" href={`data:text/plain;charset=utf-8,${encodeURIComponent(head.data.checkpoint)}`} download="checkpoint.txt" leftSection={<Icon name="download" />}>
                  {t.saveCheckpoint}
                </Button>
              </div>
            </div>
          </>
        )}
        <div className="stack close">
          <span className="second">{t.checkAllHint}</span>
          <div>
            <Button loading={check.isPending} onClick={() => check.mutate()}>
              {t.checkAll}
            </Button>
          </div>
          <div role="status" className="stack close">
            {check.error === null ? null : <Failure error={check.error} />}
            {check.data === undefined ? null : findings.length === 0 ? (
              <>
                <span className="row good strong">
                  <Icon name="seal" /> {t.allGood}
                </span>
                <ul className={classes["plain"]}>
                  {(check.data.verified ?? []).map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              </>
            ) : (
              <>
                <span className="row bad strong">
                  <Icon name="octagon" /> {t.serverFound(findings.length + (check.data.more ?? 0))}
                </span>
                <ul className={classes["plain"]}>
                  {findings.map((f) => (
                    <li key={`${f.where} ${f.message}`}>
                      <code>{f.where}</code> {f.message}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}
