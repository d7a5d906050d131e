import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { text } from "@/text";
import { Icon } from "@/vocabulary/Icon";
import classes from "./part.module.css";

interface Props {
  value: string;
  /** What is shown; the value itself when absent. */
  shown?: string;
  /** The value is a secret: hovering does not show it either. */
  secret?: boolean;
}

/** Something to copy: a digest, a command. */
export function Copy({ value, shown = value, secret = false }: Props) {
  return (
    <span className={classes["copy"]}>
      <code className="cut" title={secret ? undefined : value}>
        {shown}
      </code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? text.part.copied : text.part.copy}>
            <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={text.part.copy}>
              <Icon name={copied ? "tick" : "copy"} size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}

/** A digest in the short: "sha256:2ab7c01e…5f90". */
export function digestShort(digest: string): string {
  const [kind, sum = ""] = digest.split(":");
  return sum.length > 16 ? `${kind ?? ""}:${sum.slice(0, 8)}…${sum.slice(-4)}` : digest;
}
