import { Button, Textarea } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, ask } from "@/api/client";
import { useKey } from "@/frame/key";
import { Copy, digestShort } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import type { Sheet } from "./data";
import classes from "./plan.module.css";

const t = text.plan;

/** The decision on exactly this plan. The draft of the reason is kept until it is sent. */
export function Decision({ sheet, decided }: { sheet: Sheet; decided?: () => void }) {
  const id = sheet.deployment.id;
  const [reason, setReason, clear] = useLocalStorage({ key: `tranship.reason.${id}`, defaultValue: "", getInitialValueInEffect: false });
  const [silent, setSilent] = useState(false);
  const queries = useQueryClient();
  const approve = useRef<HTMLButtonElement>(null);
  const reject = useRef<HTMLButtonElement>(null);
  useKey("a", () => approve.current?.focus());
  useKey("r", () => reject.current?.focus());
  const voting = useMutation({
    mutationFn: async (decision: "approve" | "reject") => {
      await ask(
        api.POST("/api/v1/deployments/{deployment}/votes", {
          params: { path: { deployment: id } },
          body: { decision, subject: sheet.subject, ...(reason.trim() === "" ? {} : { reason: reason.trim() }), ...(sheet.mine.group === undefined ? {} : { group: sheet.mine.group }) },
        }),
      );
      clear();
      await Promise.all([queries.invalidateQueries({ queryKey: ["deployment", id] }), queries.invalidateQueries({ queryKey: ["work"] })]);
    },
    onSuccess: () => decided?.(),
  });
  if (!sheet.mine.may) {
    return null;
  }
  const decide = (decision: "approve" | "reject") => {
    const lacking = decision === "reject" && reason.trim() === "";
    setSilent(lacking);
    if (!lacking) {
      voting.mutate(decision);
    }
  };
  return (
    <section className={`card ${classes["decision"] ?? ""}`} aria-labelledby={`decision-${id}`}>
      <div className="row between">
        <h2 id={`decision-${id}`}>{t.decision}</h2>
        <span className="second">{sheet.mine.group === undefined ? "" : t.forGroup(sheet.mine.group)}</span>
      </div>
      <p className={`ink2 ${classes["exactly"] ?? ""}`}>{t.exactly}</p>
      <dl className={classes["digests"]}>
        <dt>{t.planDigest}</dt>
        <dd>
          <Copy value={sheet.deployment.planDigest} shown={digestShort(sheet.deployment.planDigest)} />
        </dd>
        <dt>
          <Icon name="seal" size={14} /> {t.signed}
        </dt>
        <dd title={t.signedWhat}>
          <Copy value={sheet.subject} shown={digestShort(sheet.subject)} />
        </dd>
      </dl>
      <Textarea
        aria-label={t.reason}
        placeholder={t.reason}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={silent ? t.rejectNeedsReason : undefined}
        autosize
        minRows={2}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            decide("approve");
          }
        }}
      />
      {voting.error === null ? null : <Failure error={voting.error} />}
      <div className={classes["buttons"]}>
        <Button ref={reject} onClick={() => decide("reject")} loading={voting.isPending && voting.variables === "reject"} disabled={voting.isPending}>
          {t.reject}
        </Button>
        <Button ref={approve} variant="filled" onClick={() => decide("approve")} loading={voting.isPending && voting.variables === "approve"} disabled={voting.isPending}>
          {t.approve}
        </Button>
      </div>
    </section>
  );
}
