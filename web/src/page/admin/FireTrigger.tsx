import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";
import { api, ask, type Schema } from "@/api/client";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import { useMay } from "./right";

const t = text.admin;
type Trigger = Schema["TriggerView"];

/** Lets a release begin its way now, whatever the trigger waits for otherwise. */
export function FireTrigger({ trigger }: { trigger: Trigger }) {
  const may = useMay("deploy") === true;
  const [opened, setOpened] = useState(false);
  // What tells of changes begins nothing.
  if (!may || trigger.spec.on === "change") {
    return null;
  }
  return (
    <>
      <Button aria-label={`${t.fire}: ${trigger.name}`} onClick={() => setOpened(true)}>
        {t.fire}…
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t.fireTitle(trigger.name)} size={520}>
        {opened ? <Question trigger={trigger} close={() => setOpened(false)} /> : null}
      </Modal>
    </>
  );
}

const several = (name: string | undefined) => name?.includes("*") === true;

function Question({ trigger: { name, spec }, close }: { trigger: Trigger; close: () => void }) {
  const form = useId();
  const cache = useQueryClient();
  const [what, setWhat] = useState("");
  const [version, setVersion] = useState("");
  const [reason, setReason] = useState("");
  const release = spec.release !== undefined && spec.release !== "";
  const pattern = release ? spec.release : spec.component;
  const firing = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/api/v1/triggers/{trigger}/fire", {
          params: { path: { trigger: name } },
          body: { ...(what === "" ? {} : release ? { release: what } : { component: what }), ...(version === "" ? {} : { version }), reason },
        }),
      ),
    onSuccess: () => Promise.all([cache.invalidateQueries({ queryKey: ["triggers"] }), cache.invalidateQueries({ queryKey: ["trigger", name] })]),
  });
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    firing.mutate();
  };
  if (firing.data !== undefined) {
    return (
      <div className="stack">
        <p role="status">{t.firedBegan(firing.data.id)}</p>
        <div>
          <Button variant="filled" onClick={close}>
            {t.done}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form id={form} className="stack" onSubmit={send}>
      <p className="ink2">{t.fireDetail}</p>
      {several(pattern) ? <TextInput required label={release ? t.fireRelease : t.fireComponent} description={t.firePattern(pattern ?? "")} value={what} onChange={(event) => setWhat(event.currentTarget.value.trim())} /> : null}
      {release ? null : <TextInput label={t.fireVersion} description={t.fireVersionHint} value={version} onChange={(event) => setVersion(event.currentTarget.value.trim())} />}
      <Textarea label={text.part.reason} description={text.part.reasonHint} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {firing.error === null ? null : <Failure error={firing.error} />}
      <div className="row between wrap">
        <Button onClick={close}>{t.keepWaiting}</Button>
        <Button type="submit" variant="filled" loading={firing.isPending}>
          {t.fireVerb}
        </Button>
      </div>
    </form>
  );
}
