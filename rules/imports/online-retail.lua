-- Order lines of a web shop as a spreadsheet saved them: semicolons, decimal commas, day/month/year.
-- The form of the file is found out; its dates run from 1/12 to 5/12, so their order has to be said.

local CHARGES = { POST = true, DOT = true, M = true, C2 = true, ["BANK CHARGES"] = true }

return mapping {
  of = "orders",
  columns = {
    order = "InvoiceNo", account = "CustomerID", date = "InvoiceDate",
    product = "StockCode", text = "Description", quantity = "Quantity", price = "UnitPrice",
  },
  account = { country = "Country" }, -- all that the file says about a customer who is not known yet
  dates = "d/m/y",
  countries = {
    ["Channel Islands"] = "JE", -- Jersey and Guernsey have codes of their own; both lie outside the VAT area
    ["European Community"] = false, ["Unspecified"] = false,
  },

  -- Order numbers that begin with C are cancellations; they become credit notes.
  kind = function(order)
    if order.id:find "^C" then return "cancellation" end
    return "sale"
  end,

  -- Postage, manual entries, carriage and bank charges are no articles; D is a discount.
  line = function(line)
    if line.product == "D" then return "discount" end
    if CHARGES[line.product] then return "charge" end
    return "product"
  end,

  -- Nobody bought, nothing was charged: somebody counted the stock.
  no_sale = function(order)
    if not order.account and order.value == 0 then return "stock correction" end
  end,
}
