-- functions: is_id_unread
-- purpose:   whether the rules that a row in quarantine broke leave open what its id in a column was: the id itself broke
--            one, or its cell cannot be trusted. A rule about another column says nothing of it.
-- source:    the sentences of validation, and of the readers of files

create or replace macro is_id_unread(rules, name) as
    len(list_filter(
        rules,
        lambda rule:
            starts_with(rule, name || ': ') or starts_with(rule, name || ' is ')
            -- its values may stand in each other's columns, or end too early
            or regexp_matches(rule, '^the row has [0-9]+ fields, |^the last line of the file is cut off')
    )) > 0;
