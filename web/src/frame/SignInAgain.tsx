import { Modal } from "@mantine/core";
import { useSessionEnded } from "@/api/session";
import { text } from "@/text";
import { SignInForm } from "./SignInForm";
import { useWho } from "./who";

/** Asks who you are when the server does not know it any more; the page stays under it, with what was typed. */
export function SignInAgain() {
  const ended = useSessionEnded();
  const who = useWho();
  return (
    <Modal opened={ended} onClose={() => undefined} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={text.signIn.ended} size={420}>
      <div className="stack">
        <p className="ink2">{text.signIn.endedDetail}</p>
        <SignInForm {...(who === undefined ? {} : { name: who.actor.name })} />
      </div>
    </Modal>
  );
}
