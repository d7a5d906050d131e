import { Button, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Copy } from "@/part/Copy";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { LinkButton } from "@/part/LinkButton";
import { Time } from "@/part/Time";
import { text } from "@/text";
import { StateMark } from "@/vocabulary/StateMark";
import { contactState } from "./query";

const t = text.environments;

/** Enrols an agent with one command, and sees it come. */
export function Enrol({ opened, close, environment }: { opened: boolean; close: () => void; environment?: string }) {
  return (
    <Modal opened={opened} onClose={close} title={t.enrolTitle} size={640}>
      {opened ? <Steps environment={environment} /> : null}
    </Modal>
  );
}

function Steps({ environment }: { environment: string | undefined }) {
  const [name, setName] = useState("");
  const allowed = useMutation({ mutationFn: (agent: string) => ask(api.POST("/api/v1/enrolments", { body: { agent } })) });
  const made = allowed.data;
  const agents = useQuery({
    queryKey: ["agents", "enrolling"],
    queryFn: () => ask(api.GET("/api/v1/agents", { params: { query: { limit: 1000 } } })),
    enabled: made !== undefined,
    refetchInterval: 2_000,
  }).data;
  if (made === undefined) {
    return (
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          allowed.mutate(name.trim());
        }}
      >
        <TextInput label={t.enrolName} description={t.enrolHint} value={name} onChange={(event) => setName(event.currentTarget.value)} {...firstField} autoComplete="off" />
        {allowed.error === null ? null : <Failure error={allowed.error} />}
        <div className="row">
          <Button type="submit" variant="filled" loading={allowed.isPending} disabled={name.trim() === ""}>
            {t.enrolMake}
          </Button>
        </div>
      </form>
    );
  }
  // The same name may be enrolled anew: only one that came after the token counts.
  const come = agents?.items.some((agent) => agent.name === made.agent && Date.parse(agent.enrolledAt) > Date.parse(made.expiresAt) - 3_600_000);
  return (
    <div className="stack">
      <p className="ink2">{t.enrolRun}</p>
      <Copy value={`tranship agent enrol --server ${location.origin} --token ${made.token} --name ${made.agent} && tranship agent`} />
      <p className="second">
        {t.enrolUntil} <Time at={made.expiresAt} />.
      </p>
      <div role="status">{come === true ? <StateMark state={contactState("answering")} word={t.enrolled(made.agent)} /> : <StateMark state={contactState("unheard")} word={t.waitingFor(made.agent)} />}</div>
      {come === true && environment !== undefined ? (
        <div>
          <LinkButton variant="filled" to={`/environments/${environment}/targets/new?agent=${encodeURIComponent(made.agent)}`}>
            {t.makeTarget(made.agent)}
          </LinkButton>
        </div>
      ) : null}
    </div>
  );
}
