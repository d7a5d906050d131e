import { Button, Modal, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Failure } from "@/part/Failure";
import { moment } from "@/part/moment";
import { text } from "@/text";
import { Once } from "./Once";
import type { Row } from "./People";
import { useRoleChoices } from "./right";

const t = text.admin;
export type Role = NonNullable<Schema["CreateCodeRequest"]["role"]>;

/** Lets a person in with a code that is good once. */
export function GiveCode({ row, close }: { row: Row; close: () => void }) {
  const cache = useQueryClient();
  const choices = useRoleChoices();
  const [role, setRole] = useState<Role>((row.account?.role as Role | undefined) ?? "viewer");
  const [seconds, setSeconds] = useState("86400");
  const made = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/accounts/{person}/code", { params: { path: { person: row.name } }, body: { role, seconds: Number(seconds) } })),
    onSuccess: () => Promise.all(["accounts", "roles"].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Modal opened onClose={close} title={t.codeTitle(row.name)} size={520}>
      {made.data === undefined ? (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            made.mutate();
          }}
        >
          <p className="ink2">{row.account?.codeUntil === undefined ? t.codeLead : `${t.codeLead} ${t.codeReplaces}`}</p>
          <Select label={t.role} description={t.roleHint} data={choices} value={role} onChange={(value) => setRole(value as Role)} allowDeselect={false} />
          <Select label={t.validFor} data={[...t.lengths]} value={seconds} onChange={(value) => setSeconds(value ?? "86400")} allowDeselect={false} />
          {made.error === null ? null : <Failure error={made.error} />}
          <div className="row between wrap">
            <Button onClick={close}>{t.cancel}</Button>
            <Button type="submit" variant="filled" loading={made.isPending}>
              {t.makeCode}
            </Button>
          </div>
        </form>
      ) : (
        <CodeOnce made={made.data} close={close} />
      )}
    </Modal>
  );
}

/** A code, this once, with the address that takes it. */
export function CodeOnce({ made, close }: { made: Schema["NewCode"]; close: () => void }) {
  return (
    <Once
      lead={t.codeOnce}
      values={[
        { word: t.codeLink, value: `${location.origin}${made.path}` },
        { word: t.code, value: made.code },
      ]}
      next={t.codeNext(made.person, made.role, moment(new Date(made.codeUntil ?? ""), { now: new Date() }))}
      close={close}
    />
  );
}
