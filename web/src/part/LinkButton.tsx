import { Button, type ButtonProps } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props extends ButtonProps {
  /** An address of the interface, with its search. */
  to: string;
  children: ReactNode;
}

/** A button that leads somewhere: a real link, so that it opens in a new tab too. */
export function LinkButton({ to, children, ...rest }: Props) {
  const { history } = useRouter();
  return (
    <Button
      component="a"
      href={to}
      onClick={(event) => {
        if (!event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && event.button === 0) {
          event.preventDefault();
          history.push(to);
        }
      }}
      {...rest}
    >
      {children}
    </Button>
  );
}

/** Whether there is a page at this path of the routes ("/deployments/new"). */
export function useHasPage(path: string): boolean {
  return path in useRouter().routesByPath;
}
