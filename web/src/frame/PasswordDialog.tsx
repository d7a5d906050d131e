import { Button, Modal, PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { Failure } from "@/part/Failure";
import { firstField } from "@/part/focus";
import { text } from "@/text";

const t = text.signIn;

/** Sets one's own password; all other sessions end. */
export function PasswordDialog({ opened, close, has }: { opened: boolean; close: () => void; has: boolean }) {
  return (
    <Modal opened={opened} onClose={close} title={t.changePassword} size={420}>
      <Form close={close} has={has} />
    </Modal>
  );
}

function Form({ close, has }: { close: () => void; has: boolean }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const setting = useMutation({
    mutationFn: () => ask(api.PUT("/api/v1/session/password", { body: { password, ...(current === "" ? {} : { current }) } })),
    onSuccess: () => {
      notifications.show({ message: t.passwordChanged });
      close();
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setting.mutate();
      }}
    >
      {has ? <PasswordInput label={t.currentPassword} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" required {...firstField} visibilityToggleButtonProps={{ "aria-label": t.showPassword }} /> : null}
      <PasswordInput label={t.newPassword} description={t.newPasswordHint} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" required minLength={12} visibilityToggleButtonProps={{ "aria-label": t.showPassword }} />
      {setting.error === null ? null : <Failure error={setting.error} />}
      <div className="row between">
        <Button onClick={close}>{text.part.keepGoing}</Button>
        <Button type="submit" variant="filled" loading={setting.isPending}>
          {t.changePassword}
        </Button>
      </div>
    </form>
  );
}
