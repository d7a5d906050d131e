import { Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface Props extends ButtonProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> {
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor(props: Props) {
  return <Button component="a" {...props} />;
}

/** A button that leads to another page: a link, with its address checked against the routes. */
export const PageButton = createLink(Anchor);
