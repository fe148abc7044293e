"""The names that made-up programs are written with."""

WORDS = ("order invoice customer ticket report parcel session account label batch queue price stock route event audit "
         "voucher ledger image archive mail token quota region tenant policy budget device metric signal").split()
VERBS = "load save find build check parse render resolve merge split collect select filter prepare publish".split()
