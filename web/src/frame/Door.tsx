import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { live } from "@/api/query";
import { useSessionEnded } from "@/api/session";
import { Failure } from "@/part/Failure";
import { router } from "@/routes";
import classes from "./door.module.css";
import { guardTyped } from "./escape";
import { SignInAgain } from "./SignInAgain";
import { SignInPage } from "./SignInPage";
import { useSession } from "./who";

/** Lets in who is signed in; asks everybody else who they are, and then shows the page that was asked for. */
export function Door() {
  const session = useSession();
  const ended = useSessionEnded();
  const inside = session.data !== undefined;
  useEffect(guardTyped, []);
  useEffect(() => {
    if (inside) {
      live.start();
      return () => live.stop();
    }
    return undefined;
  }, [inside]);
  if (inside) {
    return (
      <>
        <RouterProvider router={router} />
        <SignInAgain />
      </>
    );
  }
  if (ended) {
    return <SignInPage />;
  }
  return session.error === null ? null : (
    <main className={classes["canvas"]}>
      <Failure error={session.error} retry={() => void session.refetch()} />
    </main>
  );
}
