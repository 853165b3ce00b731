-- functions: written_number, number_text, number_without_words, number_key, name_key
-- purpose:   an invoice number in the forms in which it is compared: as written, without the words before it, and bare.
--            Systems write one number differently: Invoice #0042, INV-0042, 42.
-- source:    how QuickBooks, Xero, ConnectWise and portals print numbers

-- upper case; null where a spreadsheet took the number for an amount (2.02611E+11, 1001.0): it says nothing
create or replace macro written_number(number) as
    case
        when
            (contains(number, '+') or right(number, 1) = '0')
            and regexp_full_match(number, '[0-9]([.,][0-9]+)?[Ee][+][0-9]+|[0-9]+[.,]0')
            then null
        else upper(number)
    end;

-- upper case, outer blanks gone, the digits of other scripts as 0 to 9
create or replace macro number_text(number) as
    translate(
        upper(trim(replace(number, chr(160), ' '))),
        '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९',
        '0123456789012345678901234567890123456789'
    );

-- without words for "invoice" and "number"; letters of a series (A-100) are part of a number
create or replace macro number_without_words(number) as
    regexp_replace(
        number_text(number),
        '^(?:(?:TAX|SALES|SALE|SERVICE|PROGRESS|AGREEMENT|CUSTOMER)[\s._-]+)?'
        || '(?:INVOICES?|INV|FACTURE|FACT|RECHNUNGSNUMMER|RECHNUNG|RECHN|FACTURA|FATTURA|FATURA|FAKTURA|FAKTUUR|FACTUUR'
        || '|LASKU|BILL|請求書|发票|發票|СЧЕТ|СЧЁТ|РАХУНОК|ΤΙΜΟΛΟΓΙΟ|חשבונית|فاتورة|चालान|बीजक)?'
        || '[\s.,:;#№º°_-]*'
        || '(?:(?:NUMBER|NUMMER|NUMERO|NÚMERO|NUMÉRO|NUM|NRO|NO|NR|番号|号)[\s.,:;#№º°_-]+|N[º°]\s*)?',
        ''
    );

-- bare: without separators and leading zeros as well; null where nothing is left
create or replace macro number_key(number) as
    nullif(ltrim(translate(number_without_words(number), ' #-/._', ''), '0'), '');

-- a name without case, punctuation and double blanks; null where nothing is left
create or replace macro name_key(name) as
    nullif(trim(regexp_replace(lower(nfc_normalize(name)), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')), '');
