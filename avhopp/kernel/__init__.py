"""Pure building blocks: money, periods, identity numbers, working days, deadlines, Swedish text."""
