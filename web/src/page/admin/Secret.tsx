import { Button, Menu, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/part/Failure";
import { type Act, Confirm } from "@/part/Confirm";
import { text } from "@/text";
import { Once } from "./Once";
import { useMay } from "./right";

const t = text.admin;

interface Props {
  of: string;
  /** What replacing means for whoever signs with the old one. */
  replacing: string;
  ask: (rotate: boolean) => Promise<{ secret: string }>;
  /** Where the webhooks go, where that is here. */
  address?: string;
}

/** The secret that webhooks are signed with: copied without being shown, or replaced. */
export function Secret({ of, replacing, ask, address }: Props) {
  const administers = useMay("administer") === true;
  const cache = useQueryClient();
  const [act, setAct] = useState<Act>();
  const got = useMutation({
    mutationFn: ask,
    onSuccess: () => cache.invalidateQueries({ queryKey: ["triggers"] }),
  });
  if (!administers) {
    return null;
  }
  const replace = () => setAct({ title: t.replaceTitle(of), consequence: replacing, verb: t.replaceSecret, safe: t.keepSecret, ends: true, run: () => got.mutateAsync(true) });
  return (
    <>
      <Menu position="bottom-end" withInitialFocusPlaceholder={false} portalProps={{ target: "#page" }}>
        <Menu.Target>
          <Button aria-label={`${t.secret}: ${of}`}>{t.secret}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => got.mutate(false)}>{t.copySecret}…</Menu.Item>
          <Menu.Item onClick={replace}>{t.replaceSecret}…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm act={act} close={() => setAct(undefined)} />
      <Modal opened={act === undefined && (got.data !== undefined || got.error !== null)} onClose={() => got.reset()} title={t.secretTitle(of)}>
        {got.error === null ? null : <Failure error={got.error} />}
        {got.data === undefined ? null : (
          <Once
            lead={t.secretLead}
            values={[{ word: t.secret, value: got.data.secret, shown: "•".repeat(24) }, ...(address === undefined ? [] : [{ word: t.webhookAddress, value: address }])]}
            next={t.secretNext}
            close={() => got.reset()}
          />
        )}
      </Modal>
    </>
  );
}
