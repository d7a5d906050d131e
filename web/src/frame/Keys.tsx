import { Kbd, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useNavigate } from "@tanstack/react-router";
import { Fragment } from "react";
import { closeButtonProps, takeBack } from "@/part/undo";
import { text } from "@/text";
import classes from "./frame.module.css";
import { useKey } from "./key";
import { entries } from "./entries";

const f = text.frame;

/** Goes to the next or the previous of what a page lists. */
function step(by: number) {
  const links = [...document.querySelectorAll<HTMLElement>("main [data-rowlink]")];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? (by > 0 ? 0 : links.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** One entry of the rail's key: hooks are called once for each. */
function GoTo({ keys, to }: { keys: string; to: string }) {
  const navigate = useNavigate();
  useKey(keys, () => void navigate({ to }));
  return null;
}

/** The keys of the frame, and the list of all keys. */
export function Keys({ shown, show }: { shown: boolean; show: (shown: boolean) => void }) {
  useKey("?", () => show(true));
  useKey("z", () => void takeBack());
  useKey("j", () => step(1));
  useKey("k", () => step(-1));
  useKey("o", () => (document.activeElement as HTMLElement | null)?.click());
  useKey("w", () => document.getElementById("why")?.focus());
  useKey("/", () => document.querySelector<HTMLElement>("main [data-search]")?.focus());
  const navigate = useNavigate();
  useKey("n", () => void navigate({ to: "/deployments/new", search: {} }));
  useKey("y", () => {
    void navigator.clipboard.writeText(location.href);
    notifications.show({ message: f.linkCopied, closeButtonProps });
  });
  const list: readonly (readonly [string, string])[] = [
    ["Ctrl K", f.keyPalette],
    ["/", f.keySearch],
    ...entries.map((entry) => [`g ${entry.key}`, f.goTo(entry.word)] as const),
    ["j k", f.keyNext],
    ["o Enter", f.keyOpen],
    ["Esc", f.keyClose],
    ["w", f.keyWhy],
    ["n", f.keyNew],
    ["a r", f.keyDecide],
    ["x", f.keySelect],
    [".", f.keyActs],
    ["z", f.keyUndo],
    ["[ ]", f.keyTime],
    ["t", f.keyNow],
    ["y", f.keyCopy],
    ["?", f.keyAll],
  ];
  return (
    <>
      {entries.map((entry) => (
        <GoTo key={entry.to} keys={`g ${entry.key}`} to={entry.to} />
      ))}
      <Modal opened={shown} onClose={() => show(false)} title={f.keysTitle} size={480}>
        <p className="second">{f.keysHint}</p>
        <dl className={classes["keys"]}>
          {list.map(([keys, what]) => (
            <Fragment key={keys}>
              <dt>
                {keys.split(" ").map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </Fragment>
          ))}
        </dl>
      </Modal>
    </>
  );
}
