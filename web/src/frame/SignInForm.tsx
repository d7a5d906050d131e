import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "@/api/client";
import { sessionBegun } from "@/api/session";
import { Failure } from "@/part/Failure";
import { text } from "@/text";
import { type Who, whoKey } from "./who";

const t = text.signIn;

/** The code in an address that signs in, as the server prints it: /sign-in#code=tsi_…; "" where there is none. */
function codeOf(hash: string): string {
  return new URLSearchParams(hash.slice(1)).get("code") ?? "";
}

interface Props {
  /** Who was signed in before, when a session ended. */
  name?: string;
}

/** Name and password; or, the first time, a code and a password of one's own. */
export function SignInForm({ name: known }: Props) {
  const queries = useQueryClient();
  const [code, setCode] = useState(codeOf(location.hash));
  const [byCode, setByCode] = useState(code !== "");
  const [name, setName] = useState(known ?? "");
  const [password, setPassword] = useState("");
  const signing = useMutation({
    mutationFn: (): Promise<Who> => (byCode ? ask(api.POST("/api/v1/sessions/redeem", { body: { code: code.trim(), ...(password === "" ? {} : { password }) } })) : ask(api.POST("/api/v1/sessions", { body: { name: name.trim(), password } }))),
    onSuccess: (who) => {
      const before = queries.getQueryData<Who>(whoKey);
      if (before !== undefined && before.actor.name !== who.actor.name) {
        // Somebody else: nothing of who was here before may stay, nor what the address and the tab keep of their words.
        location.replace(location.pathname);
        return;
      }
      queries.setQueryData(whoKey, who);
      sessionBegun(who.csrf);
    },
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        signing.mutate();
      }}
    >
      {byCode ? (
        <TextInput label={t.code} description={t.codeHint} value={code} onChange={(event) => setCode(event.currentTarget.value)} required autoComplete="one-time-code" data-autofocus />
      ) : (
        <TextInput label={t.name} value={name} onChange={(event) => setName(event.currentTarget.value)} required autoComplete="username" autoFocus={known === undefined} />
      )}
      <PasswordInput
        label={byCode ? t.newPassword : t.password}
        description={byCode ? t.newPasswordHint : undefined}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
        minLength={byCode ? 12 : 1}
        autoComplete={byCode ? "new-password" : "current-password"}
        visibilityToggleButtonProps={{ "aria-label": t.showPassword }}
        autoFocus={known !== undefined}
      />
      {signing.error === null ? null : <Failure error={signing.error} />}
      <Button type="submit" variant="filled" loading={signing.isPending} fullWidth>
        {t.submit}
      </Button>
      {known === undefined ? (
        <Button variant="transparent" size="compact-sm" onClick={() => setByCode(!byCode)}>
          {byCode ? t.withPassword : t.withCode}
        </Button>
      ) : null}
    </form>
  );
}
