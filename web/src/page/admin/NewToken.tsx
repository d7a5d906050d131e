import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { useWho } from "@/frame/who";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { text } from "@/text";
import { useDocuments } from "./Documents";
import { Once } from "./Once";
import { useMay, useRoleChoices } from "./right";

const t = text.admin;
type Role = Schema["CreateTokenRequest"]["role"];

/** Makes a token, and shows it this once. */
export function NewToken({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const who = useWho();
  const people = useDocuments("Person");
  const accounts = useDocuments("ServiceAccount");
  const choices = useRoleChoices(who?.rights);
  const administers = useMay("administer") === true;
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [chosen, setActor] = useState<string | null>(null);
  const [days, setDays] = useState("90");
  const mine = who?.actor.name ?? "";
  const actor = administers ? chosen : `person ${mine}`;
  const make = useMutation({
    mutationFn: () => {
      const [kind, ...rest] = (actor ?? "").split(" ");
      const acts = kind === "account" ? { account: rest.join(" ") } : { person: rest.join(" ") };
      const until = days === "" ? {} : { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() };
      return ask(api.POST("/api/v1/tokens", { body: { name, role, ...acts, ...until } }));
    },
    onSuccess: () => Promise.all(["tokens", "roles"].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
  if (make.data !== undefined) {
    return (
      <Once
        lead={t.tokenOnce}
        values={[
          { word: t.token, value: make.data.secret },
          { word: t.onTheCommandLine, value: `tranship login ${location.origin} --token ${make.data.secret}`, shown: `tranship login ${location.origin} --token …` },
        ]}
        next={t.tokenNext}
        close={close}
      />
    );
  }
  const others = (people.items ?? []).map((doc) => doc.name).filter((one) => one !== mine);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <TextInput label={t.name} description={t.tokenNameHint} value={name} onChange={(event) => setName(event.currentTarget.value)} required {...firstField} autoComplete="off" />
      {administers ? (
        <Select
          label={t.actsAs}
          description={t.actsAsHint}
          searchable
          required
          data={[
            { group: t.kinds.ServiceAccount, items: (accounts.items ?? []).map((doc) => ({ value: `account ${doc.name}`, label: doc.name })) },
            { group: t.kinds.Person, items: [mine, ...others].filter(Boolean).map((one) => ({ value: `person ${one}`, label: one })) },
          ]}
          value={actor}
          onChange={setActor}
        />
      ) : null}
      {actor === null || actor.startsWith("account ") || actor === `person ${mine}` ? null : <p className="second">{t.handed(actor.slice(7))}</p>}
      <Select label={t.role} description={t.roleHint} data={choices} value={role} onChange={(value) => setRole(value as Role)} allowDeselect={false} />
      <Select label={t.validFor} data={[...t.tokenLengths]} value={days} onChange={(value) => setDays(value ?? "90")} allowDeselect={false} />
      {make.error === null ? null : <Failure error={make.error} />}
      <div className="row between wrap">
        <Button onClick={close}>{t.cancel}</Button>
        <Button type="submit" variant="filled" loading={make.isPending} disabled={name.trim() === "" || actor === null}>
          {t.makeToken}
        </Button>
      </div>
    </form>
  );
}
