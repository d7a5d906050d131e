import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { text } from "@/text";
import { CodeOnce, type Role } from "./GiveCode";
import { useMay, useRoleChoices } from "./right";

const t = text.admin;

/** Describes a person and, where whoever does so may, lets them in with a code. */
export function NewPerson({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const choices = useRoleChoices();
  const administers = useMay("administer") === true;
  const [name, setName] = useState("");
  const [fullName, setFullName] = useState("");
  const [mail, setMail] = useState("");
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [letIn, setLetIn] = useState(administers);
  const [role, setRole] = useState<Role>("viewer");
  const [described, setDescribed] = useState(false);
  const make = useMutation({
    mutationFn: async () => {
      if (!described) {
        const said = (key: string, value: string) => (value.trim() === "" ? {} : { [key]: value.trim() });
        const spec = { ...said("fullName", fullName), ...said("mail", mail), ...said("zone", zone) };
        // JSON is YAML: what was typed is quoted as it must be. No revision before it: it must be new.
        const document = JSON.stringify({ apiVersion: "tranship.dev/v1", kind: "Person", metadata: { name: name.trim() }, spec });
        await ask(api.POST("/api/v1/documents", { body: { files: [{ name: "person.yaml", text: document }], bases: { [`Person/${name.trim()}`]: 0 } } }));
        setDescribed(true);
      }
      const made = letIn ? await ask(api.POST("/api/v1/accounts/{person}/code", { params: { path: { person: name.trim() } }, body: { role } })) : undefined;
      if (made === undefined) {
        close();
      }
      return made;
    },
    onSettled: () => Promise.all(["documents", "accounts", "roles"].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Modal opened onClose={close} title={make.data === undefined ? t.newOf.Person : t.codeTitle(name)} size={520}>
      {make.data !== undefined ? (
        <CodeOnce made={make.data} close={close} />
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <TextInput label={t.name} description={t.nameHint} value={name} onChange={(event) => setName(event.currentTarget.value)} disabled={described} required {...firstField} autoComplete="off" />
          <TextInput label={t.fullName} value={fullName} onChange={(event) => setFullName(event.currentTarget.value)} disabled={described} autoComplete="off" />
          <TextInput label={t.mail} description={t.mailHint} type="email" value={mail} onChange={(event) => setMail(event.currentTarget.value)} disabled={described} autoComplete="off" />
          <TextInput label={t.zone} value={zone} onChange={(event) => setZone(event.currentTarget.value)} disabled={described} autoComplete="off" />
          {administers ? <Checkbox label={t.letInNow} checked={letIn} onChange={(event) => setLetIn(event.currentTarget.checked)} /> : null}
          {letIn ? <Select label={t.role} description={t.roleHint} data={choices} value={role} onChange={(value) => setRole(value as Role)} allowDeselect={false} /> : null}
          {make.error === null ? null : (
            <>
              {described ? <p className="ink2">{t.describedOnly(name)}</p> : null}
              <Failure error={make.error} />
            </>
          )}
          <div className="row between wrap">
            <Button onClick={close}>{t.cancel}</Button>
            <Button type="submit" variant="filled" loading={make.isPending} disabled={name.trim() === ""}>
              {t.makePerson}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
