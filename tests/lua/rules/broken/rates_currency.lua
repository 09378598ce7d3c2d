return rates { XXXX = {} }
