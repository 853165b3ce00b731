-- functions: number_text, number_without_words, plain_number_key, number_key, number_digits, name_text, name_key
-- purpose:   an invoice number in the forms in which it is compared: without the words before it, and bare.
--            Systems write one number differently: Invoice #0042, INV-0042, 42.
-- source:    how QuickBooks, Xero, ConnectWise and portals print numbers

-- upper case, outer blanks and invisible signs gone, one kind of dash, the digits and letters of full width as plain ones
create or replace macro number_text(number) as
    case
        -- as many bytes as characters: plain letters, which need no more
        when strlen(number) = length(number) then upper(trim(number))
        else
            translate(
                upper(trim(regexp_replace(number, '[\x{00A0}\x{2000}-\x{200F}\x{202A}-\x{202E}\x{2060}\x{3000}\x{FEFF}]+', ' ', 'g'))),
                '‐‑‒–—―−﹣－０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ'
                || '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९',
                '---------0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
                || '012345678901234567890123456789'
            )
    end;

-- without words for "invoice" and "number"; letters of a series (A-100) are part of a number
create or replace macro number_without_words(number) as
    -- a list of one: its text is worked out once, and its patterns are compiled once, wherever the macro is used
    list_transform([number_text(number)], lambda text: case
        -- the usual ways to write a number need no list of words
        when left(text, 1) between '0' and '9' then text
        when regexp_full_match(text, 'INV[ #-]?[0-9][0-9A-Z./-]*') then ltrim(text, 'INV #-')
        else
            regexp_replace(
                text,
                '^(?:(?:TAX|SALES|SALE|SERVICE|PROGRESS|AGREEMENT|CUSTOMER)[\s._-]+)?'
                || '(?:INVOICES?|INV|FACTURES?|FACTUUR|FACTURA|FATTURA|FATURA|FAKTURA|FACT|FAC|RECHNUNGSNUMMER|RECHNUNG|RECHN|RG'
                || '|LASKU|BILL|BELEG|NOTA|HÓA ĐƠN|請求書番号|請求書|发票|發票|СЧЕТ-ФАКТУРА|СЧЁТ-ФАКТУРА|СЧЕТ|СЧЁТ|РАХУНОК'
                || '|ΤΙΜΟΛΟΓΙΟ|חשבונית מס|חשבונית|فاتورة|چالان|चालान|बीजक|फॅक्चर|ใบแจ้งหนี้|송장|인보이스)?'
                || '[\s.,:;#№º°_-]*'
                || '(?:(?:NUMBER|NUMMER|NUMERO|NÚMERO|NUMÉRO|NUM|NRO|NO|NR|SỐ|番号|号)[\s.,:;#№º°_-]+|N[º°.]\s*)?',
                ''
            )
    end)[1];

-- most numbers are digits, alone or after INV, and need none of this; null for all others
create or replace macro plain_number_key(number) as
    nullif(regexp_extract(number, '^(?:INV[ #-]?)?0*([1-9][0-9]*)$', 1), '');

-- bare: without separators and leading zeros as well; null where nothing is left, or where a spreadsheet spoilt the number
create or replace macro number_key(number) as
    case
        -- a case, not coalesce, which would work out both
        when plain_number_key(number) is not null then plain_number_key(number)
        else nullif(ltrim(translate(number_without_words(written_number(number)), ' #-/._:|\''', ''), '0'), '')
    end;

-- only its digits, for numbers between words that nobody knows; null where it has none
create or replace macro number_digits(number) as
    case
        when plain_number_key(number) is not null then plain_number_key(number)
        else nullif(ltrim(regexp_replace(number_text(number), '[^0-9]', '', 'g'), '0'), '')
    end;

-- a name without case and double blanks; null where nothing is left
create or replace macro name_text(name) as
    nullif(lower(trim(regexp_replace(nfc_normalize(name), '[\s\p{Z}]+', ' ', 'g'))), '');

-- without punctuation, too
create or replace macro name_key(name) as
    nullif(trim(regexp_replace(lower(nfc_normalize(name)), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '');
