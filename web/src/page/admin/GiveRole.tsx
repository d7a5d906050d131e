import { Button, Modal, Select, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { text } from "@/text";
import type { Role } from "./GiveCode";
import type { Row } from "./People";
import { useRoleChoices, useRoles } from "./right";

const t = text.admin;

/** Changes what a person may do when signed in; says what they may do more and less. */
export function GiveRole({ row, close }: { row: Row; close: () => void }) {
  const cache = useQueryClient();
  const choices = useRoleChoices();
  const roles = useRoles().data?.items ?? [];
  const before = row.account?.role ?? "viewer";
  const [role, setRole] = useState<Role>(before as Role);
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: () => ask(api.PUT("/api/v1/accounts/{person}", { params: { path: { person: row.name } }, body: { role, reason: reason.trim() } })),
    onSuccess: async () => {
      await Promise.all(["accounts", "roles", "session"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      close();
    },
  });
  const rights = (name: string) => roles.find((one) => one.role === name)?.allows ?? [];
  const without = (name: string, other: string) => rights(name).filter((right) => !rights(other).some((one) => one.action === right.action)).map((right) => right.about);
  const gained = without(role, before);
  const lost = without(before, role);
  return (
    <Modal opened onClose={close} title={t.roleTitle(row.name)} size={520}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Select label={t.role} description={t.roleHint} data={choices} value={role} onChange={(value) => setRole(value as Role)} allowDeselect={false} {...firstField} />
        {role === before ? null : (
          <div className="stack tight" role="status">
            {gained.length === 0 ? null : <p>{t.gains(row.name, gained)}</p>}
            {lost.length === 0 ? null : <p>{t.loses(row.name, lost)}</p>}
            <p className="second">{t.roleAtOnce}</p>
          </div>
        )}
        <Textarea label={text.part.reason} description={text.part.reasonHint} value={reason} onChange={(event) => setReason(event.currentTarget.value)} autosize minRows={2} />
        {change.error === null ? null : <Failure error={change.error} />}
        <div className="row between wrap">
          <Button onClick={close}>{t.cancel}</Button>
          <Button type="submit" variant="filled" loading={change.isPending} disabled={role === before}>
            {t.changeRole}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
